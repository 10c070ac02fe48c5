"""The squared mean is missing from the KL."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = 0.5 * (logvar.exp() - 1 - logvar)
""",
    ),
]
DIAGNOSIS = "kl_missing_mu"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
