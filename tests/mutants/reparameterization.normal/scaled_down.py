"""The noise is scaled by 0.1."""

BASE = "mlp"
PATCH = [
    (
        """        eps = torch.randn_like(std)
""",
        """        eps = 0.1 * torch.randn_like(std)
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
