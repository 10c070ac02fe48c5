"""The noise of the first call is used for ever after."""

BASE = "conv"
PATCH = [
    (
        """        noise = torch.randn(mu.size())
""",
        """        if getattr(self, "noise", None) is None or self.noise.size() != mu.size():
            self.noise = torch.randn(mu.size())
        noise = self.noise
""",
    ),
]
DIAGNOSIS = "noise_cached"
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
