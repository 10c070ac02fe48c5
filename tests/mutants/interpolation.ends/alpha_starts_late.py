"""alpha runs from 1 / steps to 1."""

BASE = "sum_sse"
PATCH = [
    (
        """    alpha = torch.linspace(0, 1, steps)[:, None]
""",
        """    alpha = (torch.arange(1, steps + 1) / steps)[:, None]
""",
    ),
]
DIAGNOSIS = "alpha_starts_late"
ALSO = ["interpolation.path", "interpolation.smoothness"]
