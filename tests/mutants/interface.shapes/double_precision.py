"""The decoder answers in double precision."""

BASE = "mlp"
PATCH = [
    (
        """        return out.reshape(-1, 1, 28, 28)
""",
        """        return out.reshape(-1, 1, 28, 28).double()
""",
    ),
]
DIAGNOSIS = "wrong_dtype"
