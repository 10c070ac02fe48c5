"""The window is always 3 wide."""

BASE = "mlp"
PATCH = [
    (
        """    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(extent, -extent, n)
""",
        """    xs = torch.linspace(-3, 3, n)
    ys = torch.linspace(3, -3, n)
""",
    ),
]
DIAGNOSIS = "grid_extent_ignored"
