"""sigma is capped at 1."""

BASE = "mean_mse"
PATCH = [
    (
        """        sigma = torch.exp(logvar / 2)
""",
        """        sigma = torch.exp(logvar / 2).clamp(max=1.0)
""",
    ),
]
DIAGNOSIS = "sigma_capped"
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
