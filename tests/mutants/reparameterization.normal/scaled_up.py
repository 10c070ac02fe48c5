"""Noise of standard deviation 2."""

BASE = "mean_mse"
PATCH = [
    (
        """        epsilon = torch.randn_like(sigma)
""",
        """        epsilon = 2 * torch.randn_like(sigma)
""",
    ),
]
DIAGNOSIS = "noise_scaled"
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
