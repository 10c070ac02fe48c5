"""z_start + alpha z_end: the weight of the first code does not fall."""

BASE = "mlp"
PATCH = [
    (
        "(1 - alpha) * z_start + alpha * z_end",
        "z_start + alpha * z_end",
    ),
]
DIAGNOSIS = "weights_do_not_add_up"
ALSO = ["interpolation.path", "interpolation.smoothness"]
