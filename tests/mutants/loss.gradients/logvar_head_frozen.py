"""The head of logvar is frozen at its initial weights."""

BASE = "conv"
PATCH = [
    (
        """        self.to_logvar = nn.Linear(16 * 7 * 7, latent_dim)
""",
        """        self.to_logvar = nn.Linear(16 * 7 * 7, latent_dim).requires_grad_(False)
""",
    ),
]
DIAGNOSIS = "loss_detached"
