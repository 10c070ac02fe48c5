"""Always 21 by 21 tiles: right by default only."""

BASE = "conv"
PATCH = [
    (
        """    values = torch.linspace(-extent, extent, n)
""",
        """    n = 21
    values = torch.linspace(-extent, extent, n)
""",
    ),
]
DIAGNOSIS = "grid_n_ignored"
