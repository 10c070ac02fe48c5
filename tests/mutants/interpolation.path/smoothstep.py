"""alpha eases in and out."""

BASE = "sum_sse"
PATCH = [
    (
        """    alpha = torch.linspace(0, 1, steps)[:, None]
""",
        """    alpha = torch.linspace(0, 1, steps)[:, None]
    alpha = alpha * alpha * (3 - 2 * alpha)
""",
    ),
]
DIAGNOSIS = "alpha_not_linear"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
