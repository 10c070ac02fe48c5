"""F.dropout without training=self.training is on in eval mode too."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
""",
        """        h = F.dropout(F.relu(self.fc3(z)), p=0.2)
""",
    ),
]
DIAGNOSIS = "random_in_eval_mode"
ALSO = [
    "interface.bottleneck",
    "interface.batch_independence",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.ends",
    "interpolation.path",
    "reparameterization.forward",
    "interpolation.smoothness",
]
