"""The VAE's decode returns logits, its forward applies the sigmoid."""

BASE = "mlp"
PATCH = [
    (
        """        out = torch.sigmoid(self.fc4(h))
""",
        """        out = self.fc4(h)
""",
    ),
    (
        """        x_hat = self.decode(z)
""",
        """        x_hat = torch.sigmoid(self.decode(z))
""",
    ),
]
DIAGNOSIS = "decode_returns_logits"
