"""Two dark pixels between tiles make the image larger."""

BASE = "mlp"
PATCH = [
    (
        """    image = torch.zeros(n * 28, n * 28)
""",
        """    image = torch.zeros(n * 30, n * 30)
""",
    ),
    (
        "image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28]",
        "image[i * 30 : i * 30 + 28, j * 30 : j * 30 + 28]",
    ),
]
DIAGNOSIS = "grid_padded"
