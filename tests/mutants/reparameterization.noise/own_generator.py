"""The noise comes from a generator of the model's own."""

BASE = "mean_mse"
PATCH = [
    (
        "        self.mean_layer =",
        """        self.generator = torch.Generator().manual_seed(1234)
        self.mean_layer =""",
    ),
    (
        """        epsilon = torch.randn_like(sigma)
""",
        """        epsilon = torch.randn(sigma.shape, generator=self.generator)
""",
    ),
]
DIAGNOSIS = "noise_other_generator"
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
