"""All latents but the first two are cut off for a plot, and stayed so."""

BASE = "conv"
PATCH = [
    (
        """    def decode(self, z):
        return self.generator(z)

    def forward(self, x):
        mu""",
        """    def decode(self, z):
        z = torch.cat([z[:, :2], torch.zeros_like(z[:, 2:])], dim=1)
        return self.generator(z)

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "decoder_ignores_code"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.honest_information",
    "betas.tuned",
    "loss.gradients",
    "interface.state",
    "interface.bottleneck",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.path",
    "interpolation.ends",
    "reparameterization.forward",
    "interface.range",
    "interface.batch_independence",
    "interpolation.smoothness",
]
