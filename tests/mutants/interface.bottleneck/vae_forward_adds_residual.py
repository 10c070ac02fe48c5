"""The VAE's forward adds a tenth of the image as a residual."""

BASE = "mlp"
PATCH = [
    (
        """        x_hat = self.decode(z)
        return x_hat, mu""",
        """        x_hat = (self.decode(z) + 0.1 * x).clamp(0, 1)
        return x_hat, mu""",
    ),
]
DIAGNOSIS = "bottleneck_bypassed"
ALSO = [ "betas.honest_information"]
