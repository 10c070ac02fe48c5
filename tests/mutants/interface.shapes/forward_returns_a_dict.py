"""forward returns a dict in place of a tuple."""

BASE = "mlp"
PATCH = [
    (
        """        return x_hat, mu, logvar
""",
        """        return {"x_hat": x_hat, "mu": mu, "logvar": logvar}
""",
    ),
]
DIAGNOSIS = "results_not_a_tuple"
