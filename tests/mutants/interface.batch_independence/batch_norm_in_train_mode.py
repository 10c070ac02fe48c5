"""Functional batch norm always uses the statistics of the batch."""

BASE = "mlp_batchnorm"
PATCH = [
    (
        """        self.mean = nn.Linear(128, latent_dim)
""",
        """        self.mean = nn.Linear(128, latent_dim)
        self.head_scale = nn.Parameter(torch.ones(128))
""",
    ),
    (
        """        return self.mean(h), self.logvar(h)
""",
        """        h = self.head_scale * F.batch_norm(h, None, None, training=True)
        return self.mean(h), self.logvar(h)
""",
    ),
]
DIAGNOSIS = "batch_norm_in_train_mode"
ALSO = ["interface.shapes", "interface.bottleneck", "interpolation.ends", "interpolation.path"]
