"""Each sample is stretched to the full range."""

BASE = "sum_sse"
PATCH = [
    (
        """    return model.decode(z).reshape(n, 1, 28, 28)
""",
        """    images = model.decode(z).reshape(n, 1, 28, 28)
    low, high = images.amin((1, 2, 3), keepdim=True), images.amax((1, 2, 3), keepdim=True)
    return (images - low) / (high - low)
""",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
ALSO = ["sampling.prior_codes"]
