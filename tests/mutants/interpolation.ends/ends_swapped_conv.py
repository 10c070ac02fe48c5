"""The weights are exchanged."""

BASE = "conv"
PATCH = [
    (
        "a * (1 - weights) + b * weights",
        "a * weights + b * (1 - weights)",
    ),
]
DIAGNOSIS = "ends_swapped"
ALSO = ["interpolation.path", "interpolation.smoothness"]
