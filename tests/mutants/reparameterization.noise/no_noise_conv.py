"""The noise is multiplied by zero."""

BASE = "conv"
PATCH = [
    (
        """        noise = torch.randn(mu.size())
""",
        """        noise = torch.zeros(mu.size())
""",
    ),
]
DIAGNOSIS = "no_noise"
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
