"""The autoencoder's cross-entropy has its arguments swapped."""

BASE = "mlp"
PATCH = [
    (
        """    return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]
""",
        """    return F.binary_cross_entropy(x, x_hat, reduction="sum") / x.shape[0]
""",
    ),
]
DIAGNOSIS = "bce_swapped"
ALSO = ["betas.learns", "loss.stability", "loss.gradients"]
