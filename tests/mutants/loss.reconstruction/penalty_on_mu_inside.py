"""A weight penalty on mu hides in the reconstruction term."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch + 0.01 * mu.pow(2).sum()
""",
    ),
]
DIAGNOSIS = "recon_depends_on_codes"
ALSO = ["loss.gradients", "loss.decomposition", "loss.batch_reduction"]
