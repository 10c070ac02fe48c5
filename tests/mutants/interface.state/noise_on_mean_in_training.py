"""encode adds a little noise to mu in train mode."""

BASE = "mlp"
PATCH = [
    (
        """        mu = self.fc_mu(h)
""",
        """        mu = self.fc_mu(h)
        if self.training:
            mu = mu + 0.1 * torch.randn_like(mu)
""",
    ),
]
DIAGNOSIS = "noise_in_encoder"
