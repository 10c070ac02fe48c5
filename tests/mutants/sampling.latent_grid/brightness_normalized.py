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
DIAGNOSIS = "images_changed_after_decoding"
