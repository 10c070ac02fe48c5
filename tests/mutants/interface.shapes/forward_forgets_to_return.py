"""The VAE's forward has no return statement."""

BASE = "mlp"
PATCH = [
    (
        """        return x_hat, mu, logvar
""",
        """        result = x_hat, mu, logvar
""",
    ),
]
DIAGNOSIS = "returns_nothing"
ALSO = ("betas.trains_on_samples",)
