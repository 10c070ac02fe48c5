"""The paste comes after both loops: one tile in the corner."""

BASE = "mlp"
PATCH = [
    (
        """                image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = tile
""",
        """        image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = tile
""",
    ),
]
DIAGNOSIS = "grid_pasted_outside_outer_loop"
