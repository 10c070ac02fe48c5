"""The code is (y, x): both axes exchanged."""

BASE = "sum_sse"
PATCH = [
    (
        "torch.stack([xx.flatten(), yy.flatten()], dim=1)",
        "torch.stack([yy.flatten(), xx.flatten()], dim=1)",
    ),
]
DIAGNOSIS = "grid_symmetry"
