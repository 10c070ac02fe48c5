"""The half in front of the KL is missing, with a mean over pixels."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = (mu**2 + logvar.exp() - 1 - logvar)
""",
    ),
]
DIAGNOSIS = "kl_missing_half"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
