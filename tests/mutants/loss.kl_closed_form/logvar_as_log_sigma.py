"""The second output is taken for log sigma in the KL, but for log sigma squared in the noise."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = 0.5 * (mu**2 + (2 * logvar).exp() - 1 - 2 * logvar)
""",
    ),
]
DIAGNOSIS = "kl_logvar_as_logstd"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns", "loss.stability"]
