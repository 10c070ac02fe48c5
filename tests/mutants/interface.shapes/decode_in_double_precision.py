"""decode returns float64."""

BASE = "mlp"
PATCH = [
    (
        """return out.reshape(-1, 1, 28, 28)""",
        """return out.reshape(-1, 1, 28, 28).double()""",
    ),
]
DIAGNOSIS = "wrong_dtype"
