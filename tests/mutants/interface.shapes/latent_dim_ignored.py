"""The latent dimension is 20 whatever the constructor is told."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc_mu = nn.Linear(400, latent_dim)
        self.fc_logvar = nn.Linear(400, latent_dim)
        self.fc3 = nn.Linear(latent_dim, 400)
""",
        """        self.fc_mu = nn.Linear(400, 20)
        self.fc_logvar = nn.Linear(400, 20)
        self.fc3 = nn.Linear(20, 400)
""",
    ),
]
DIAGNOSIS = "latent_dim_ignored"
ALSO = ["sampling.latent_grid"]
