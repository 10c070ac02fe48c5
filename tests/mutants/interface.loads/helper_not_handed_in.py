"""Imports a helper file that was left at home."""

BASE = "conv"
PATCH = [
    (
        """from torch import nn
""",
        """from my_utils import show_images
from torch import nn
""",
    ),
]
DIAGNOSIS = "missing_package"
