"""Tiles go to places rotated by a quarter turn."""

BASE = "mlp"
PATCH = [
    (
        "image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28]",
        "image[(n - 1 - j) * 28 : (n - j) * 28, i * 28 : (i + 1) * 28]",
    ),
]
DIAGNOSIS = "grid_rotated"
