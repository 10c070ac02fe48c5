"""The two reconstructions are blended, pixel by pixel."""

BASE = "conv"
PATCH = [
    (
        """    codes = a * (1 - weights) + b * weights
    return model.decode(codes)
""",
        """    first, last = model.decode(a), model.decode(b)
    weights = weights.view(-1, 1, 1, 1)
    return first * (1 - weights) + last * weights
""",
    ),
]
DIAGNOSIS = "interpolates_pixels"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
