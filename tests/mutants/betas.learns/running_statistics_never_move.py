"""Batch norm with momentum 0: outside of training it normalizes by what it started with."""

BASE = "conv_batchnorm"
PATCH = [
    (
        "        self.mean = nn.Linear(16 * 49, latent_dim)",
        """        for m in self.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.momentum = 0.0001
        self.mean = nn.Linear(16 * 49, latent_dim)""",
    ),
]
DIAGNOSIS = "not_learning"
