"""The target is one where it is above 0.3."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, (x > 0.3).float(), reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "recon_target_rounded"
ALSO = ['loss.gradients', 'betas.learns', 'betas.tuned']
