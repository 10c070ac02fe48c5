"""Sampled codes are used in place of the means."""

BASE = "mlp"
PATCH = [
    (
        """        code = code[0]
""",
        """        code = model.reparameterize(*code)
""",
    ),
]
DIAGNOSIS = "interpolates_samples"
ALSO = ["interpolation.path", "interpolation.smoothness"]
