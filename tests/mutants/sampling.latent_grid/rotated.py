"""The finished image is rotated by a quarter turn."""

BASE = "conv"
PATCH = [
    (
        """    return torch.cat(rows, dim=0)
""",
        """    return torch.rot90(torch.cat(rows, dim=0))
""",
    ),
]
DIAGNOSIS = "grid_image_turned"
