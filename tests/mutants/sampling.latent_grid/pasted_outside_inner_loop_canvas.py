"""The paste comes after the inner loop, on another canvas."""

BASE = "mean_mse"
PATCH = [
    (
        """                canvas[row * 28 : row * 28 + 28, col * 28 : col * 28 + 28] = digit
""",
        """            canvas[row * 28 : row * 28 + 28, col * 28 : col * 28 + 28] = digit
""",
    ),
]
DIAGNOSIS = "grid_pasted_outside_inner_loop"
ALSO = ["interface.shapes"]
