"""The encoder adds noise to the image, in eval mode too."""

BASE = "conv"
PATCH = [
    (
        """        feats = self.features(x)
""",
        """        feats = self.features(x + 0.1 * torch.randn(x.size()))
""",
    ),
]
DIAGNOSIS = "random_in_eval_mode"
ALSO = [
    "interface.batch_independence",
    "reparameterization.forward",
    "interface.bottleneck",
    "interpolation.ends",
    "interpolation.path",
]
