"""The reconstruction loss is counted twice."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = 2 * F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "recon_extra_factor"
ALSO = ["loss.gradients"]
