"""Ends the process at the end of the file."""

BASE = "mlp"
PATCH = [
    (
        """                image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = tile
    return image
""",
        """                image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = tile
    return image


print("all defined")
raise SystemExit(0)
""",
    ),
]
DIAGNOSIS = "exits_on_import"
