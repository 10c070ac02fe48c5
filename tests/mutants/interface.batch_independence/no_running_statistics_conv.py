"""Batch norm over images without running statistics."""

BASE = "conv_batchnorm"
PATCH = [
    (
        """            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            nn.Flatten(),
        )
        self.mean""",
        """            nn.BatchNorm2d(16, track_running_stats=False),
            nn.ReLU(inplace=True),
            nn.Flatten(),
        )
        self.mean""",
    ),
]
DIAGNOSIS = "batch_norm_in_train_mode"
ALSO = ["interface.bottleneck", "interpolation.ends", "interpolation.path"]
