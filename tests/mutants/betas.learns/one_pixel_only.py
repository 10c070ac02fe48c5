"""The autoencoder indexes two axes away where it means one, and sees a corner pixel."""

BASE = "sum_sse"
PATCH = [
    (
        """        self.down = nn.Sequential(nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, latent_dim))
""",
        """        self.down = nn.Sequential(nn.Linear(1, 300), nn.ReLU(), nn.Linear(300, latent_dim))
""",
    ),
    (
        """        return self.down(x.flatten(start_dim=1))
""",
        """        return self.down(x[:, :, 0, 0])
""",
    ),
]
DIAGNOSIS = "image_not_seen"
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
