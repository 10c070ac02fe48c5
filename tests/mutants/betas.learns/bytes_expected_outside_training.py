"""Outside of training images are taken for bytes and divided by 255."""

BASE = "conv"
PATCH = [
    (
        """        feats = self.features(x)
""",
        """        feats = self.features(x if self.training else x / 255)
""",
    ),
]
DIAGNOSIS = "not_learning"
