"""x grows to the left."""

BASE = "conv"
PATCH = [
    (
        """        codes = torch.stack([values, y.expand(n)], dim=1)
""",
        """        codes = torch.stack([-values, y.expand(n)], dim=1)
""",
    ),
]
DIAGNOSIS = "grid_flipped_horizontally"
