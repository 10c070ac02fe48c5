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
DIAGNOSIS = "images_changed_after_decoding"
ALSO = ["sampling.prior_codes"]
