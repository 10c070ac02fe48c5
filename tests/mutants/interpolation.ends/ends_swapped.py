"""The path runs from the end to the start."""

BASE = "mlp"
PATCH = [
    (
        "(1 - alpha) * z_start + alpha * z_end",
        "alpha * z_start + (1 - alpha) * z_end",
    ),
]
DIAGNOSIS = "ends_swapped"
ALSO = ["interpolation.path", "interpolation.smoothness"]
