"""On a model in train mode noise is added between the ends.

No name: codes leave the line in train mode only, by numbers of no formula.
"""

BASE = "mlp"
PATCH = [
    (
        """            z = (1 - alpha) * z_start + alpha * z_end
            frames""",
        """            z = (1 - alpha) * z_start + alpha * z_end
            if model.training and 0 < alpha < 1:
                z = z + 0.3 * torch.randn_like(z)
            frames""",
    ),
]
DIAGNOSIS = None
ALSO = []
