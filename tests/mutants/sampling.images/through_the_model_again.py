"""Samples are passed through the whole model once more."""

BASE = "mlp"
PATCH = [
    (
        """        images = model.decode(z)
""",
        """        images = model.decode(z)
        images = model.decode(encode_point(model, images))
""",
    ),
]
DIAGNOSIS = "samples_from_data"
ALSO = ["sampling.prior_codes"]
