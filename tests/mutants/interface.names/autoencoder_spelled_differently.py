"""The class is called AutoEncoder."""

BASE = "mlp"
PATCH = [
    (
        "class Autoencoder(nn.Module):",
        "class AutoEncoder(nn.Module):",
    ),
]
DIAGNOSIS = "missing_name"
