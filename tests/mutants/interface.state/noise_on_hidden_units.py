"""encode adds noise to its hidden units in train mode."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
""",
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        if self.training:
            h = h + 0.1 * torch.randn_like(h)
""",
    ),
]
DIAGNOSIS = "noise_in_encoder"
