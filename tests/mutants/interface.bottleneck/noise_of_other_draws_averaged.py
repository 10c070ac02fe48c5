"""decode averages the code with fifteen fresh draws of the same posterior."""

BASE = "conv"
PATCH = [
    (
        """        return mu + sigma * noise
""",
        """        self.posterior = (mu, sigma)
        return mu + sigma * noise
""",
    ),
    (
        """    def decode(self, z):
        return self.generator(z)

    def forward(self, x):
        mu""",
        """    def decode(self, z):
        mu, sigma = getattr(self, "posterior", (None, None))
        if mu is not None and mu.shape == z.shape:
            draws = [mu + sigma * torch.randn(mu.size()) for _ in range(15)]
            z = (z + sum(draws)) / 16
        return self.generator(z)

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "bottleneck_bypassed"
ALSO = [
    "betas.trains_on_samples",
    "reparameterization.forward",
    "interface.state",
    "betas.kl_falls",
    "betas.learns",
    "interface.batch_independence",
    "betas.code_reaches_decoder",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.path",
    "interpolation.ends",
    "betas.tuned",
    "reparameterization.gradients",
    "reparameterization.noise",
]
