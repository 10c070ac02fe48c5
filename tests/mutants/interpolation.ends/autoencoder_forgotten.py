"""interpolate unpacks two values and fails for the plain autoencoder."""

BASE = "conv"
PATCH = [
    (
        """    if isinstance(model, VAE):
        a, b = a[0], b[0]
""",
        """    (a, _), (b, _) = a, b
""",
    ),
]
DIAGNOSIS = None
ALSO = ["interpolation.path", "interpolation.smoothness"]
