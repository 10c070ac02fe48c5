"""On a model in train mode the grid is shaken.

No name: codes leave the grid in train mode only, by numbers of no formula.
"""

BASE = "mlp"
PATCH = [
    (
        """                z = torch.stack([xs[j], ys[i]]).reshape(1, 2)
""",
        """                z = torch.stack([xs[j], ys[i]]).reshape(1, 2)
                if model.training:
                    z = z + 0.2 * torch.randn_like(z)
""",
    ),
]
DIAGNOSIS = None
ALSO = []
