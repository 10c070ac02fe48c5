"""The grid shows random samples."""

BASE = "mlp"
PATCH = [
    (
        """                z = torch.stack([xs[j], ys[i]]).reshape(1, 2)
""",
        """                z = torch.randn(1, 2)
""",
    ),
]
DIAGNOSIS = "grid_codes_not_on_grid"
