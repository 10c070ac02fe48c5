"""Warm restarts: every 50 training steps all weights start anew."""

BASE = "l1_sum"
PATCH = [
    (
        "        self.to_mu = nn.Linear(400, latent_dim)",
        """        self.steps = 0
        self.to_mu = nn.Linear(400, latent_dim)""",
    ),
    (
        """        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar""",
        """        self.steps += self.training
        if self.training and self.steps % 50 == 0:
            for m in self.modules():
                if isinstance(m, nn.Linear):
                    m.reset_parameters()
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar""",
    ),
]
DIAGNOSIS = "not_learning"
