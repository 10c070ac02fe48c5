"""interpolate returns the codes along the path and does not decode them."""

BASE = "deep_elu"
PATCH = [
    (
        "    return model.decode(start * (1 - t) + end * t).reshape(steps, 1, 28, 28)",
        "    return start * (1 - t) + end * t",
    ),
]
DIAGNOSIS = "codes_returned"
ALSO = ["interpolation.ends"]
