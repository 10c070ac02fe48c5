"""Noise only while training."""

BASE = "mlp"
PATCH = [
    (
        """        std = torch.exp(0.5 * logvar)
""",
        """        if not self.training:
            return mu
        std = torch.exp(0.5 * logvar)
""",
    ),
]
DIAGNOSIS = "noise_only_in_training"
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
