"""Every tile is transposed in its place."""

BASE = "mlp"
PATCH = [
    (
        "tile = model.decode(z).reshape(28, 28)",
        "tile = model.decode(z).reshape(28, 28).T",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
