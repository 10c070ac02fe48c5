"""The VAE does not keep its latent dimension."""

BASE = "mlp"
PATCH = [
    (
        """        self.latent_dim = latent_dim
        self.fc1""",
        """        self.zdim = latent_dim
        self.fc1""",
    ),
]
DIAGNOSIS = "missing_name"
ALSO = ["interface.names"]
