"""The code is multiplied by zero before it is decoded."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
""",
        """        h = F.relu(self.fc3(0 * z))
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
