"""Coordinates are whole numbers, of which there are fewer than tiles."""

BASE = "conv"
PATCH = [
    (
        """    values = torch.linspace(-extent, extent, n)
""",
        """    values = torch.linspace(-extent, extent, n).round()
""",
    ),
]
DIAGNOSIS = "grid_spacing_wrong"
