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
DIAGNOSIS = "codes_returned"
ALSO = ["sampling.prior_codes"]
