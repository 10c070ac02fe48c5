"""All weights start at zero and hidden units stay alike."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc4 = nn.Linear(400, 784)
""",
        """        self.fc4 = nn.Linear(400, 784)
        for p in self.parameters():
            nn.init.zeros_(p)
""",
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
