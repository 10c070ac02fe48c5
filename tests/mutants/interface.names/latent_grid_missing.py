"""latent_grid was never written."""

BASE = "mlp"
PATCH = [
    (
        "def latent_grid(model, n=21, extent=4.0):",
        "def _todo_grid(model, n=21, extent=4.0):",
    ),
]
DIAGNOSIS = "missing_name"
ALSO = ["sampling.latent_grid"]
