"""The paste is dedented out of the inner loop: only the last column is filled."""

BASE = "mlp"
PATCH = [
    (
        """                image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = tile
""",
        """            image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = tile
""",
    ),
]
DIAGNOSIS = "grid_pasted_outside_inner_loop"
