"""On a model in train mode interpolate takes samples in place of means."""

BASE = "mlp"
PATCH = [
    (
        """        code = code[0]
""",
        """        code = model.reparameterize(*code) if model.training else code[0]
""",
    ),
]
DIAGNOSIS = "interpolates_samples"
ALSO = ["interpolation.path"]
