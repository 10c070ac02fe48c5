"""encode adds uniform noise to mu in train mode."""

BASE = "mlp"
PATCH = [
    (
        """        mu = self.fc_mu(h)
""",
        """        mu = self.fc_mu(h)
        if self.training:
            mu = mu + 0.1 * (torch.rand_like(mu) - 0.5)
""",
    ),
]
DIAGNOSIS = "noise_in_encoder"
