"""decode answers in grey levels from 0 to 255 and the loss divides again."""

BASE = "mlp"
PATCH = [
    (
        """        return out.reshape(-1, 1, 28, 28)
""",
        """        return 255 * out.reshape(-1, 1, 28, 28)
""",
    ),
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat / 255, x, reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "output_in_bytes"
ALSO = ["loss.reconstruction", "loss.gradients"]
