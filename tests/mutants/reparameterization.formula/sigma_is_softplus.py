"""softplus of the second output is used as sigma."""

BASE = "conv"
PATCH = [
    (
        """        sigma = (logvar / 2).exp()
""",
        """        sigma = nn.functional.softplus(logvar)
""",
    ),
]
DIAGNOSIS = "sigma_is_softplus"
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
