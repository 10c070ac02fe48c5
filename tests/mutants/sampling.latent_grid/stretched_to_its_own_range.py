"""The grid is stretched to its own least and greatest value."""

BASE = "conv"
PATCH = [
    (
        """    return torch.cat(rows, dim=0)""",
        """    grid = torch.cat(rows, dim=0)
    return (grid - grid.min()) / (grid.max() - grid.min())""",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
