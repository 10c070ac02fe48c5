"""The autoencoder's forward returns the code beside the image."""

BASE = "mlp"
PATCH = [
    (
        """        return self.decode(self.encode(x))
""",
        """        z = self.encode(x)
        return self.decode(z), z
""",
    ),
]
DIAGNOSIS = "surplus_results"
