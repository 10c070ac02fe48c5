"""Both codes are those of the first image."""

BASE = "mlp"
PATCH = [
    (
        """        z_end = encode_point(model, x_end)
""",
        """        z_end = encode_point(model, x_start)
""",
    ),
]
DIAGNOSIS = "one_code_only"
ALSO = ["interpolation.path", "interpolation.smoothness"]
