"""forward returns the sampled code as a fourth value."""

BASE = "mlp"
PATCH = [
    (
        """        return x_hat, mu, logvar
""",
        """        return x_hat, mu, logvar, z
""",
    ),
]
DIAGNOSIS = "surplus_results"
