"""The stride of the paste is 24 where tiles are of 28 pixels."""

BASE = "residual_prenorm"
PATCH = [
    (
        "                canvas[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = model.decode(z).view(28, 28)",
        "                canvas[i * 24 : i * 24 + 28, j * 24 : j * 24 + 28] = model.decode(z).view(28, 28)",
    ),
]
DIAGNOSIS = "grid_tiles_overlap"
