"""`nn` is never imported."""

BASE = "sum_sse"
PATCH = [
    (
        """import torch.nn as nn
""",
        "",
    ),
]
DIAGNOSIS = "undefined_global"
