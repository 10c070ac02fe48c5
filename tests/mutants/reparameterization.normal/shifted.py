"""The noise has mean 1."""

BASE = "mlp"
PATCH = [
    (
        """        eps = torch.randn_like(std)
""",
        """        eps = torch.normal(1.0, 1.0, size=std.shape)
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
