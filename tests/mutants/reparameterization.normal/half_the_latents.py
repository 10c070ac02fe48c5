"""Only the first half of the latent dimensions gets noise."""

BASE = "conv"
PATCH = [
    (
        """        noise = torch.randn(mu.size())
""",
        """        noise = torch.randn(mu.size())
        noise[:, mu.size(1) // 2 :] = 0
""",
    ),
]
DIAGNOSIS = "noise_missing_in_dimensions"
ALSO = [
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
