"""The decoder gets darker with every call."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc3 = nn.Linear(latent_dim, 400)
""",
        """        self.fc3 = nn.Linear(latent_dim, 400)
        self.calls = 0
""",
    ),
    (
        """        h = F.relu(self.fc3(z))
""",
        """        self.calls += 1
        h = F.relu(self.fc3(z)) / (1 + 0.01 * self.calls)
""",
    ),
]
DIAGNOSIS = "random_in_eval_mode"
ALSO = [
    "interface.bottleneck",
    "interface.batch_independence",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.ends",
    "interpolation.path",
    "reparameterization.forward",
    "betas.learns",
    "interpolation.smoothness",
]
