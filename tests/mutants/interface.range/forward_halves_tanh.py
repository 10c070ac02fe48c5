"""decode ends with tanh, forward brings it to [0, 1]."""

BASE = "mlp"
PATCH = [
    (
        """        out = torch.sigmoid(self.fc4(h))
""",
        """        out = torch.tanh(self.fc4(h))
""",
    ),
    (
        """        x_hat = self.decode(z)
""",
        """        x_hat = (self.decode(z) + 1) / 2
""",
    ),
]
DIAGNOSIS = "decode_on_other_scale"
