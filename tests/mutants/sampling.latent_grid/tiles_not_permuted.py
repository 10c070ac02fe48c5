"""Tiles are reshaped to an image without exchanging axes: the image is shuffled stripes."""

BASE = "sum_sse"
PATCH = [
    (
        ".permute(0, 2, 1, 3)",
        "",
    ),
]
DIAGNOSIS = "grid_not_permuted"
