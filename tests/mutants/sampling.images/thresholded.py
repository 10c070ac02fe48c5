"""Samples are thresholded at one half."""

BASE = "mlp"
PATCH = [
    (
        """        images = model.decode(z)
""",
        """        images = (model.decode(z) > 0.5).float()
""",
    ),
]
DIAGNOSIS = None
ALSO = ["sampling.prior_codes"]
