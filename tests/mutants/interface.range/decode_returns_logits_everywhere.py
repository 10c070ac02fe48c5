"""decode returns logits; whoever calls it applies the sigmoid."""

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
    (
        """        images = model.decode(z)
""",
        """        images = torch.sigmoid(model.decode(z))
""",
    ),
    (
        """            frames.append(model.decode(z))""",
        """            frames.append(torch.sigmoid(model.decode(z)))""",
    ),
    (
        """model.decode(z).reshape(28, 28)""",
        """torch.sigmoid(model.decode(z)).reshape(28, 28)""",
    ),
]
DIAGNOSIS = "decode_returns_logits"
