"""The autoencoder minimizes the root of the summed squares."""

BASE = "sum_sse"
PATCH = [
    (
        """    return squared_error(x_hat, x)
""",
        """    return squared_error(x_hat, x) ** 0.5
""",
    ),
]
DIAGNOSIS = "recon_root"
ALSO = ["loss.stability", "loss.gradients"]
