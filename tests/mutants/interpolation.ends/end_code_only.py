"""The path goes from 0 to the second image: the first code is never used."""

BASE = "sum_sse"
PATCH = [
    (
        "(1 - alpha) * z_start + alpha * z_end",
        "alpha * z_end",
    ),
]
DIAGNOSIS = "one_code_only"
ALSO = ["interpolation.path", "interpolation.smoothness"]
