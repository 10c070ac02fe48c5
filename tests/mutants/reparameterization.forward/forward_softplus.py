"""forward returns the softplus of its images."""

BASE = "mlp"
PATCH = [
    (
        """        x_hat = self.decode(z)
""",
        """        x_hat = F.softplus(self.decode(z))
""",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
