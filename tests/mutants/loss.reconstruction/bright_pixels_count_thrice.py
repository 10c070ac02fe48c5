"""Bright pixels count three times."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, x, weight=1 + 0 * x, reduction="sum") / batch
    bright = x * torch.log(x_hat.clamp(1e-6, 1 - 1e-6))
    recon = recon - 2 * bright.sum() / batch
""",
    ),
]
DIAGNOSIS = "bce_weighted"
ALSO = ['loss.gradients', 'betas.learns', 'betas.tuned']
