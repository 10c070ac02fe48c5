"""encode has a dropout layer, and noise on mu in train mode."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
""",
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        h = F.dropout(h, 0.1, self.training)
""",
    ),
    (
        """        mu = self.fc_mu(h)
""",
        """        mu = self.fc_mu(h)
        mu = mu + 0.05 * torch.randn(mu.shape) if self.training else mu
""",
    ),
]
DIAGNOSIS = "noise_in_encoder"
