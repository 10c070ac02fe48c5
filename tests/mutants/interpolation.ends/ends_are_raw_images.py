"""The first and last frame are the images themselves."""

BASE = "mlp"
PATCH = [
    (
        """    return torch.cat(frames)
""",
        """    frames[0] = x_start
    frames[-1] = x_end
    return torch.cat(frames)
""",
    ),
]
DIAGNOSIS = "ends_are_raw_images"
ALSO = ["interpolation.path", "interpolation.smoothness"]
