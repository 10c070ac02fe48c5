"""Batch norm without running statistics."""

BASE = "mlp_batchnorm"
PATCH = [
    (
        """        self.bn2 = nn.BatchNorm1d(128)
        self.mean""",
        """        self.bn2 = nn.BatchNorm1d(128, track_running_stats=False)
        self.mean""",
    ),
]
DIAGNOSIS = "batch_norm_in_train_mode"
ALSO = ["interface.shapes", "interface.bottleneck", "interpolation.ends", "interpolation.path"]
