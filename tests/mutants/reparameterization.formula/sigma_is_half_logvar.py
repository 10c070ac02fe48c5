"""The exp is missing: half the logarithm scales the noise."""

BASE = "sum_sse"
PATCH = [
    (
        """        std = logvar.mul(0.5).exp()
""",
        """        std = logvar.mul(0.5)
""",
    ),
]
DIAGNOSIS = "sigma_is_half_logvar"
ALSO = [
    "reparameterization.gradients",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "reparameterization.forward",
    "reparameterization.noise",
    "reparameterization.normal",
    "betas.tuned",
]
