"""encode switches the model to train mode."""

BASE = "mlp_batchnorm"
PATCH = [
    (
        """        h = F.relu(self.bn2(self.l2(h)))
        return self.mean(h), self.logvar(h)
""",
        """        self.train()
        h = F.relu(self.bn2(self.l2(h)))
        return self.mean(h), self.logvar(h)
""",
    ),
]
DIAGNOSIS = "batch_norm_in_train_mode"
ALSO = [
    "interface.shapes",
    "interface.state",
    "interface.bottleneck",
    "interpolation.ends",
    "interpolation.path",
    "sampling.images",
    "sampling.latent_grid",
    "reparameterization.forward",
]
