"""The reconstruction loss is multiplied by 100 to balance the terms."""

BASE = "conv"
PATCH = [
    (
        """    recon = bce(x_hat, x)
""",
        """    recon = 100 * bce(x_hat, x)
""",
    ),
]
DIAGNOSIS = "recon_extra_factor"
ALSO = ["loss.gradients", "betas.tuned"]
