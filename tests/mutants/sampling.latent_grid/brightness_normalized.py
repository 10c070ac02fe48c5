"""Each tile is divided by its maximum."""

BASE = "mlp"
PATCH = [
    (
        """ = tile
""",
        """ = tile / tile.max()
""",
    ),
]
DIAGNOSIS = None
