"""Cross-entropy with its two arguments swapped, averaged."""

BASE = "conv"
PATCH = [
    (
        """    recon = bce(x_hat, x)
""",
        """    recon = bce(x, x_hat)
""",
    ),
]
DIAGNOSIS = "bce_swapped"
ALSO = ["loss.gradients", "loss.stability", "betas.learns", "betas.kl_falls", "betas.tuned"]
