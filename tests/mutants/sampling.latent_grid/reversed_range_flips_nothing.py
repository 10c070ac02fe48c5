"""reversed(range(n)) visits the rows in another order and puts them in the same places."""

BASE = "mlp"
PATCH = [
    (
        """    ys = torch.linspace(extent, -extent, n)
""",
        """    ys = torch.linspace(-extent, extent, n)
""",
    ),
    (
        "        for i in range(n):",
        "        for i in reversed(range(n)):",
    ),
]
DIAGNOSIS = "grid_flipped_vertically"
