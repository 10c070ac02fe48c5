"""x and y are exchanged."""

BASE = "mlp"
PATCH = [
    (
        """                z = torch.stack([xs[j], ys[i]]).reshape(1, 2)
""",
        """                z = torch.stack([xs[i], ys[j]]).reshape(1, 2)
""",
    ),
]
DIAGNOSIS = "grid_transposed"
