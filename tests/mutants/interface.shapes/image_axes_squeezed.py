"""decode drops every axis of length one.

No name: the batch of one loses its axis, and every other image too.
"""

BASE = "mlp"
PATCH = [
    (
        """return out.reshape(-1, 1, 28, 28)""",
        """return out.reshape(-1, 1, 28, 28).squeeze()""",
    ),
]
DIAGNOSIS = None
