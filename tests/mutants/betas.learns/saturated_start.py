"""Output weights start so large that every sigmoid is saturated."""

BASE = "conv"
PATCH = [
    (
        """        self.generator = conv_decoder(latent_dim)

    def encode(self, x):
        feats""",
        """        self.generator = conv_decoder(latent_dim)
        nn.init.normal_(self.generator[-2].weight, std=100.0)

    def encode(self, x):
        feats""",
    ),
]
DIAGNOSIS = "not_learning"
ALSO = [
    "betas.kl_falls",
    "betas.tuned",
    "betas.code_reaches_decoder",
    "betas.encoder_heads",
    "loss.gradients",
    "betas.honest_information",
    "interface.range",
    "interface.bottleneck",
    "interpolation.smoothness",
]
