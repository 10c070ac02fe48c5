"""decode returns logits, forward applies the sigmoid, in both classes."""

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
    (
        """            nn.Sigmoid(),
""",
        """""",
    ),
    (
        """        return self.decode(self.encode(x))
""",
        """        return torch.sigmoid(self.decode(self.encode(x)))
""",
    ),
]
DIAGNOSIS = "decode_returns_logits"
