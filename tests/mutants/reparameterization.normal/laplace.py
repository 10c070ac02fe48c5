"""Laplace noise of unit variance."""

BASE = "mean_mse"
PATCH = [
    (
        """        epsilon = torch.randn_like(sigma)
""",
        """        uniform = torch.rand_like(sigma) - 0.5
        epsilon = -uniform.sign() * torch.log1p(-2 * uniform.abs()) / 2**0.5
""",
    ),
]
DIAGNOSIS = "noise_not_normal"
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
