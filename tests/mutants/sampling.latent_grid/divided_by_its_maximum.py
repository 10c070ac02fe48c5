"""The whole canvas is divided by its greatest value."""

BASE = "mean_mse"
PATCH = [
    (
        """    return canvas""",
        """    return canvas / canvas.max()""",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
