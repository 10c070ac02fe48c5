"""decode returns [28, 28, B]."""

BASE = "mlp"
PATCH = [
    (
        """        return out.reshape(-1, 1, 28, 28)
""",
        """        return out.reshape(-1, 28, 28).permute(1, 2, 0)
""",
    ),
]
DIAGNOSIS = "wrong_image_shape"
