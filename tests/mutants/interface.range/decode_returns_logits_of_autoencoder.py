"""The autoencoder's decode returns logits, its forward applies the sigmoid."""

BASE = "mlp"
PATCH = [
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
