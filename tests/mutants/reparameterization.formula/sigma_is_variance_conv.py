"""exp(logvar) is used as sigma, with convolutions."""

BASE = "conv"
PATCH = [
    (
        """        sigma = (logvar / 2).exp()
""",
        """        sigma = logvar.exp()
""",
    ),
]
DIAGNOSIS = "sigma_is_variance"
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
