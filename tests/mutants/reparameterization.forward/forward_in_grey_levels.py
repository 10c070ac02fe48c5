"""forward multiplies what it decodes by 255."""

BASE = "mlp"
PATCH = [
    (
        """        x_hat = self.decode(z)
""",
        """        x_hat = 255 * self.decode(z)
""",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
