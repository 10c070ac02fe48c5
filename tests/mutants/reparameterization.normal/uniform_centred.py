"""Uniform noise from -1 to 1."""

BASE = "conv"
PATCH = [
    (
        """        noise = torch.randn(mu.size())
""",
        """        noise = 2 * torch.rand(mu.size()) - 1
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
