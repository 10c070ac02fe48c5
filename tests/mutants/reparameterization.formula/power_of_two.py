"""2 to the power of logvar / 2."""

BASE = "sum_sse"
PATCH = [
    (
        """        std = logvar.mul(0.5).exp()
""",
        """        std = torch.exp2(logvar / 2)
""",
    ),
]
DIAGNOSIS = "sigma_is_power_of_two"
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
