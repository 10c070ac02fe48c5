"""A stack of tiles is returned, not one image."""

BASE = "sum_sse"
PATCH = [
    (
        ".permute(0, 2, 1, 3).reshape(n * 28, n * 28)",
        "",
    ),
]
DIAGNOSIS = "grid_not_one_image"
