"""Smooth L1 with a bend at 0.1."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.smooth_l1_loss(x_hat, x, reduction="sum", beta=0.1) / batch
""",
    ),
]
DIAGNOSIS = "recon_huber"
ALSO = ['loss.gradients', 'betas.learns', 'betas.tuned']
