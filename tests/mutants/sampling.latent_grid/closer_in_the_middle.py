"""Tiles are closer in the middle: coordinates are cubes of equal steps."""

BASE = "deep_elu"
PATCH = [
    (
        "    line = torch.linspace(-extent, extent, n)",
        "    line = extent * torch.linspace(-1, 1, n) ** 3",
    ),
]
DIAGNOSIS = "grid_spacing_wrong"
