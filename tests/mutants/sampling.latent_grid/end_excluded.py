"""The last step is missing on both axes."""

BASE = "mlp"
PATCH = [
    (
        """    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(extent, -extent, n)
""",
        """    step = 2 * extent / n
    xs = -extent + step * torch.arange(n)
    ys = extent - step * torch.arange(n)
""",
    ),
]
DIAGNOSIS = "grid_range_wrong"
