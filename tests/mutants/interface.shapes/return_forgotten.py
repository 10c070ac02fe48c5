"""decode of the autoencoder computes the image and does not return it."""

BASE = "sum_sse"
PATCH = [
    (
        """    def decode(self, z):
        return self.up(z).sigmoid()

    def forward(self, x):
        return""",
        """    def decode(self, z):
        x_hat = self.up(z).sigmoid()

    def forward(self, x):
        return""",
    ),
]
DIAGNOSIS = "returns_nothing"
ALSO = ["interface.range", "interface.batch_independence", "interface.state", "interface.bottleneck", "loss.gradients", "betas.code_reaches_decoder", "interpolation.ends", "interpolation.path", "sampling.latent_grid", "betas.learns"]
