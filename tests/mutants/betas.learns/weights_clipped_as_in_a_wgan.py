"""Every weight is clipped to ±0.01 after each step, as in a Wasserstein GAN."""

BASE = "mlp"
PATCH = [
    (
        """        x_hat = self.decode(z)
        return x_hat, mu, logvar""",
        """        x_hat = self.decode(z)
        if self.training:
            for p in self.parameters():
                p.data.clamp_(-0.01, 0.01)
        return x_hat, mu, logvar""",
    ),
]
DIAGNOSIS = "not_learning"
