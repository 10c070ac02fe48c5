"""A ReLU after a layer whose bias starts far below zero: nothing ever comes through."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc4 = nn.Linear(400, 784)
""",
        """        self.fc4 = nn.Linear(400, 784)
        nn.init.constant_(self.fc3.bias, -100.0)
""",
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
