"""The absolute value of the noise."""

BASE = "conv"
PATCH = [
    (
        """        noise = torch.randn(mu.size())
""",
        """        noise = torch.randn(mu.size()).abs()
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
