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
DIAGNOSIS = "wrong_number_of_results"
ALSO = ["interpolation.path", "interpolation.smoothness"]
