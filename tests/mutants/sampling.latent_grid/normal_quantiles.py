"""Coordinates are quantiles of the normal distribution, as in a well-known figure."""

BASE = "conv"
PATCH = [
    (
        """    values = torch.linspace(-extent, extent, n)
""",
        """    values = torch.special.ndtri(torch.linspace(0.05, 0.95, n))
""",
    ),
]
DIAGNOSIS = "grid_extent_ignored"
