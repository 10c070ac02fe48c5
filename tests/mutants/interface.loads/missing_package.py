"""Imports a package that is not part of the course environment."""

BASE = "mlp"
PATCH = [
    (
        """import torch
""",
        """import pytorch_lightning as pl
import torch
""",
    ),
]
DIAGNOSIS = "missing_package"
