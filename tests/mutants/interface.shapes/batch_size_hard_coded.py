"""encode reshapes to 128 rows."""

BASE = "mlp"
PATCH = [
    (
        "x.reshape(x.shape[0], 784)",
        "x.reshape(128, 784)",
    ),
]
DIAGNOSIS = "batch_size_hard_coded"
