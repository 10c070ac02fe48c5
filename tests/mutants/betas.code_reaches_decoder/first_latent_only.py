"""Only the first latent dimension is decoded."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc3 = nn.Linear(latent_dim, 400)
""",
        """        self.fc3 = nn.Linear(1, 400)
""",
    ),
    (
        "self.fc3(z)",
        "self.fc3(z[:, :1])",
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
