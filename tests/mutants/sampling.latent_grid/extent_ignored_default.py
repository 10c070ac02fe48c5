"""The window is always 4 wide: right by default only."""

BASE = "sum_sse"
PATCH = [
    (
        """    x = torch.linspace(-extent, extent, n)
    y = torch.linspace(extent, -extent, n)
""",
        """    x = torch.linspace(-4, 4, n)
    y = torch.linspace(4, -4, n)
""",
    ),
]
DIAGNOSIS = "grid_extent_ignored"
