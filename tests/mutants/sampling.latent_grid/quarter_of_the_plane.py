"""Coordinates run from 0 to extent."""

BASE = "mean_mse"
PATCH = [
    (
        """    ticks = torch.linspace(-extent, extent, n)
""",
        """    ticks = torch.linspace(0, extent, n)
""",
    ),
]
DIAGNOSIS = "grid_range_wrong"
