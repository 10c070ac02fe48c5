"""The head of mu is frozen at its initial weights."""

BASE = "mean_mse"
PATCH = [
    (
        """        self.mean_layer = nn.Linear(256, latent_dim)
""",
        """        self.mean_layer = nn.Linear(256, latent_dim)
        for p in self.mean_layer.parameters():
            p.requires_grad = False
""",
    ),
]
DIAGNOSIS = "loss_detached"
