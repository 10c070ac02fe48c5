"""sample returns the codes."""

BASE = "mlp"
PATCH = [
    (
        """        images = model.decode(z)
    return images
""",
        """        images = model.decode(z)
    return z
""",
    ),
]
DIAGNOSIS = None
ALSO = ["sampling.prior_codes"]
