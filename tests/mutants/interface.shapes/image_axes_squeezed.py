"""decode drops every axis of length one."""

BASE = "mlp"
PATCH = [
    (
        """return out.reshape(-1, 1, 28, 28)""",
        """return out.reshape(-1, 1, 28, 28).squeeze()""",
    ),
]
DIAGNOSIS = None
