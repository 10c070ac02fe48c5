"""The autoencoder's loss for logits is given probabilities."""

BASE = "mlp"
PATCH = [
    (
        """    return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]
""",
        """    return F.binary_cross_entropy_with_logits(x_hat, x, reduction="sum") / x.shape[0]
""",
    ),
]
DIAGNOSIS = "bce_with_logits_on_probabilities"
ALSO = ["betas.learns", "loss.gradients"]
