"""Noise of plus or minus one."""

BASE = "mlp"
PATCH = [
    (
        """        eps = torch.randn_like(std)
""",
        """        eps = torch.randint(0, 2, std.shape) * 2.0 - 1.0
""",
    ),
]
DIAGNOSIS = "noise_repeats_within"
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
