"""Rows and columns of the samples are exchanged."""

BASE = "mlp"
PATCH = [
    (
        """        images = model.decode(z)
    return images""",
        """        images = model.decode(z)
    return images.transpose(-1, -2)""",
    ),
]
DIAGNOSIS = None
ALSO = ["sampling.prior_codes"]
