"""The path connects the log-variances in place of the means."""

BASE = "mean_mse"
PATCH = [
    (
        """            z0, _ = z0
            z1, _ = z1
""",
        """            _, z0 = z0
            _, z1 = z1
""",
    ),
]
DIAGNOSIS = "interpolates_logvar"
ALSO = ["interpolation.path", "interpolation.smoothness"]
