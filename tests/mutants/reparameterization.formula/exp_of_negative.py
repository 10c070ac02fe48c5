"""exp(-logvar / 2): the sign of the exponent is wrong."""

BASE = "mlp"
PATCH = [
    (
        """        std = torch.exp(0.5 * logvar)
""",
        """        std = torch.exp(-0.5 * logvar)
""",
    ),
]
DIAGNOSIS = "sigma_is_precision"
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
