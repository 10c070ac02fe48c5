"""The raw second output is called sigma."""

BASE = "mean_mse"
PATCH = [
    (
        """        sigma = torch.exp(logvar / 2)
""",
        """        sigma = logvar
""",
    ),
]
DIAGNOSIS = "sigma_is_raw_logvar"
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
