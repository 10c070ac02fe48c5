"""Frames are either the first or the last reconstruction."""

BASE = "mlp"
PATCH = [
    (
        """            z = (1 - alpha) * z_start + alpha * z_end
""",
        """            z = z_start if alpha < 0.5 else z_end
""",
    ),
]
DIAGNOSIS = "alpha_not_linear"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
