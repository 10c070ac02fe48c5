"""Features of the encoder are kept and added in the decoder, as in a U-Net."""

BASE = "conv"
PATCH = [
    (
        """        feats = self.features(x)
        return self.to_mu(feats), self.to_logvar(feats)
""",
        """        feats = self.features(x)
        self.skip = feats
        return self.to_mu(feats), self.to_logvar(feats)
""",
    ),
    (
        """    def decode(self, z):
        return self.generator(z)

    def forward(self, x):
        mu""",
        """    def decode(self, z):
        h = self.generator[0](z)
        skip = getattr(self, "skip", None)
        if skip is not None and skip.shape == h.shape:
            h = h + skip
        for layer in self.generator[1:]:
            h = layer(h)
        return h

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "bottleneck_bypassed"
ALSO = [
    "interface.state",
    "interface.batch_independence",
    "betas.code_reaches_decoder",
    "betas.honest_information",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.ends",
    "interpolation.path",
    "reparameterization.forward",
    "betas.kl_falls",
]
