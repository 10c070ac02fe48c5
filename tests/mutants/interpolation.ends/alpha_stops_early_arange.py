"""arange(0, 1, 1 / steps) leaves 1 out."""

BASE = "conv"
PATCH = [
    (
        """    weights = torch.linspace(0, 1, steps).view(-1, 1)
""",
        """    weights = (torch.arange(steps) / steps).view(-1, 1)
""",
    ),
]
DIAGNOSIS = "alpha_stops_early"
ALSO = ["interpolation.path", "interpolation.smoothness"]
