"""One number of noise per image for all latent dimensions."""

BASE = "mean_mse"
PATCH = [
    (
        """        epsilon = torch.randn_like(sigma)
""",
        """        epsilon = torch.randn(mu.shape[0], 1)
""",
    ),
]
DIAGNOSIS = "noise_shared_across_latents"
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
