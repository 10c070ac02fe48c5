"""alpha is squared."""

BASE = "mlp"
PATCH = [
    (
        """            z = (1 - alpha) * z_start + alpha * z_end
""",
        """            alpha = alpha**2
            z = (1 - alpha) * z_start + alpha * z_end
""",
    ),
]
DIAGNOSIS = "alpha_not_linear"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
