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
DIAGNOSIS = "images_changed_after_decoding"
ALSO = ["sampling.prior_codes"]
