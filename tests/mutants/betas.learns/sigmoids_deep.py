"""Six narrow sigmoid layers on each side hardly learn in the time given."""

BASE = "mean_mse"
PATCH = [
    (
        """        self.e1 = nn.Linear(28 * 28, 256)
        self.e2 = nn.Linear(256, latent_dim)
""",
        """        self.e1 = nn.Linear(28 * 28, 256)
        hidden = [nn.Linear(256, 256) if k % 2 == 0 else nn.Sigmoid() for k in range(12)]
        self.e2 = nn.Sequential(*hidden, nn.Linear(256, latent_dim))
""",
    ),
    (
        """        self.d1 = nn.Linear(latent_dim, 256)
        self.d2 = nn.Linear(256, 28 * 28)

    def encode(self, x):
        x = x.view(x.size(0), -1)
        return""",
        """        hidden = [nn.Linear(256, 256) if k % 2 == 0 else nn.Sigmoid() for k in range(12)]
        self.d1 = nn.Linear(latent_dim, 256)
        self.d2 = nn.Sequential(*hidden, nn.Linear(256, 28 * 28))

    def encode(self, x):
        x = x.view(x.size(0), -1)
        return""",
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
