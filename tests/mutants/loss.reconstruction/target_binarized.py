"""The target is rounded to 0 and 1."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, (x > 0.5).float(), reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "recon_target_rounded"
ALSO = ["loss.gradients", "betas.learns"]
