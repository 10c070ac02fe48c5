"""Always 20 by 20 tiles."""

BASE = "mean_mse"
PATCH = [
    (
        """    ticks = torch.linspace(-extent, extent, n)
""",
        """    n = 20
    ticks = torch.linspace(-extent, extent, n)
""",
    ),
]
DIAGNOSIS = "grid_n_ignored"
