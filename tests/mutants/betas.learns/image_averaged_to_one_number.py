"""The image is pooled to its mean before the first layer."""

BASE = "sum_sse"
PATCH = [
    (
        "        self.down = nn.Sequential(nn.Linear(784, 300), nn.ReLU())",
        "        self.down = nn.Sequential(nn.Linear(1, 300), nn.ReLU())",
    ),
    (
        "        hidden = self.down(x.flatten(start_dim=1))",
        "        hidden = self.down(F.adaptive_avg_pool2d(x, 1).flatten(start_dim=1))",
    ),
    (
        """import torch
""",
        """import torch
import torch.nn.functional as F
""",
    ),
]
DIAGNOSIS = "not_learning"
