"""Both axes run the wrong way: the grid is turned by 180 degrees."""

BASE = "sum_sse"
PATCH = [
    (
        """    x = torch.linspace(-extent, extent, n)
    y = torch.linspace(extent, -extent, n)
""",
        """    x = torch.linspace(extent, -extent, n)
    y = torch.linspace(-extent, extent, n)
""",
    ),
]
DIAGNOSIS = "grid_rotated"
