"""A tenth of the pixels that decode returns is set to zero in train mode."""

BASE = "mean_mse"
PATCH = [
    (
        """    def decode(self, z):
        hidden = F.relu(self.d1(z))
        return torch.sigmoid(self.d2(hidden))
""",
        """    def decode(self, z):
        hidden = F.relu(self.d1(z))
        x_hat = torch.sigmoid(self.d2(hidden))
        return x_hat * (torch.rand_like(x_hat) > 0.1) if self.training else x_hat
""",
    ),
]
DIAGNOSIS = "dropout_on_pixels"
