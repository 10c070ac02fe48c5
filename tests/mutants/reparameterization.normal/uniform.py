"""rand for randn: uniform noise from 0 to 1."""

BASE = "mlp"
PATCH = [
    (
        """        eps = torch.randn_like(std)
""",
        """        eps = torch.rand_like(std)
""",
    ),
]
DIAGNOSIS = "noise_uniform"
ALSO = [
    "reparameterization.noise",
    "reparameterization.formula",
    "reparameterization.gradients",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "reparameterization.forward",
    "betas.tuned",
]
