"""The square root of |logvar| is used as sigma."""

BASE = "conv"
PATCH = [
    (
        """        sigma = (logvar / 2).exp()
""",
        """        sigma = logvar.abs().sqrt()
""",
    ),
]
DIAGNOSIS = "sigma_is_root_logvar"
ALSO = [
    "reparameterization.gradients",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "reparameterization.forward",
    "reparameterization.noise",
    "reparameterization.normal",
    "betas.tuned",
    "reparameterization.noise",
]
