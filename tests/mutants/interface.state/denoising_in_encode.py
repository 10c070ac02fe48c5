"""encode adds noise to the images in train mode."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
""",
        """        if self.training:
            x = x + 0.1 * torch.randn_like(x)
        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
""",
    ),
]
DIAGNOSIS = "denoising"
