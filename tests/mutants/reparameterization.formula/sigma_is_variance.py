"""exp(logvar) is used as sigma."""

BASE = "mlp"
PATCH = [
    (
        """        std = torch.exp(0.5 * logvar)
""",
        """        std = torch.exp(logvar)
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
