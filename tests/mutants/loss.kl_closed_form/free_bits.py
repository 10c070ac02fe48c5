"""Each latent dimension has half a nat for free."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = (0.5 * (mu**2 + logvar.exp() - 1 - logvar)).clamp(min=0.5)
""",
    ),
]
DIAGNOSIS = "kl_free_bits"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
