"""Dropout on the code."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
""",
        """        z = F.dropout(z, p=0.5, training=self.training)
        h = F.relu(self.fc3(z))
""",
    ),
]
DIAGNOSIS = "dropout_on_code"
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
