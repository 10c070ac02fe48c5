"""Labels are smoothed by a tenth."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, 0.9 * x + 0.05, reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "recon_target_smoothed"
ALSO = ['loss.gradients', 'betas.learns', 'betas.tuned']
