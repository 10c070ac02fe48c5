"""The seed is reset before each draw, to be reproducible."""

BASE = "mlp"
PATCH = [
    (
        """        std = torch.exp(0.5 * logvar)
""",
        """        torch.manual_seed(42)
        std = torch.exp(0.5 * logvar)
""",
    ),
]
DIAGNOSIS = "noise_seed_reset"
ALSO = [
    "reparameterization.normal",
    "reparameterization.formula",
    "reparameterization.gradients",
    "reparameterization.forward",
    "betas.trains_on_samples",
    "betas.kl_falls",
    "betas.honest_information",
    "betas.learns",
    "betas.tuned",
    "sampling.images",
]
