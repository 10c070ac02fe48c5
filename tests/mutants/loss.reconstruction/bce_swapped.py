"""Cross-entropy with its two arguments swapped."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x, x_hat, reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "bce_swapped"
ALSO = ["loss.gradients", "loss.stability", "betas.learns", "betas.kl_falls", "betas.tuned"]
