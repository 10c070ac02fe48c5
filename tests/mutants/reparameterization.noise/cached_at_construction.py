"""One row of noise is drawn when the model is built."""

BASE = "mlp"
PATCH = [
    (
        """        self.latent_dim = latent_dim
        self.fc1""",
        """        self.latent_dim = latent_dim
        self.eps = torch.randn(latent_dim)
        self.fc1""",
    ),
    (
        """        eps = torch.randn_like(std)
""",
        """        eps = self.eps
""",
    ),
]
DIAGNOSIS = "noise_cached"
ALSO_DIAGNOSIS = ["noise_shared_across_batch"]  # a row kept from the constructor is both
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
    "interface.state",
]
