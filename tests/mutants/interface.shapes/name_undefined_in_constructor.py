"""The constructor uses a size that is defined nowhere."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc3 = nn.Linear(latent_dim, 400)
""",
        """        self.fc3 = nn.Linear(nz, 400)
""",
    ),
]
DIAGNOSIS = "undefined_global"
