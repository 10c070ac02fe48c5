"""The autoencoder's forward returns the square of its images."""

BASE = "mlp"
PATCH = [
    (
        """        return self.decode(self.encode(x))
""",
        """        return self.decode(self.encode(x)).square()
""",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
