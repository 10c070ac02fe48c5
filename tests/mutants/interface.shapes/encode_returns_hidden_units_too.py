"""encode returns what its heads are given as a third value."""

BASE = "mlp"
PATCH = [
    (
        """        return mu, logvar
""",
        """        return mu, logvar, h
""",
    ),
    (
        """        mu, logvar = self.encode(x)
""",
        """        mu, logvar, _ = self.encode(x)
""",
    ),
]
DIAGNOSIS = "surplus_results"
