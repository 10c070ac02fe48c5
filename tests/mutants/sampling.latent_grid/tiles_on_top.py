"""Tiles are pasted one pixel too early and overlap."""

BASE = "mlp"
PATCH = [
    (
        "image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28]",
        "image[i * 27 : i * 27 + 28, j * 27 : j * 27 + 28]",
    ),
]
DIAGNOSIS = "grid_tiles_overlap"
