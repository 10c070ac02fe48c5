"""The sign of the KL is wrong, with a mean over pixels."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = 0.5 * (1 + logvar - mu**2 - logvar.exp())
""",
    ),
]
DIAGNOSIS = "kl_sign_flipped"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
