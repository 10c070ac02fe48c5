"""y grows downwards."""

BASE = "mlp"
PATCH = [
    (
        """    ys = torch.linspace(extent, -extent, n)
""",
        """    ys = torch.linspace(-extent, extent, n)
""",
    ),
]
DIAGNOSIS = "grid_flipped_vertically"
