"""decode reshapes to 100 images."""

BASE = "mlp"
PATCH = [
    (
        """return out.reshape(-1, 1, 28, 28)""",
        """return out.reshape(100, 1, 28, 28)""",
    ),
]
DIAGNOSIS = "batch_size_hard_coded"
