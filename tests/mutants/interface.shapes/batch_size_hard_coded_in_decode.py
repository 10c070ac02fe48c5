"""decode reshapes to 128 images."""

BASE = "mlp"
PATCH = [
    (
        """        return out.reshape(-1, 1, 28, 28)
""",
        """        return out.reshape(128, 1, 28, 28)
""",
    ),
]
DIAGNOSIS = "batch_size_hard_coded"
