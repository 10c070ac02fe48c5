"""decode returns grey levels, forward divides them by 255."""

BASE = "mlp"
PATCH = [
    (
        """        out = torch.sigmoid(self.fc4(h))
""",
        """        out = 255 * torch.sigmoid(self.fc4(h))
""",
    ),
    (
        """        x_hat = self.decode(z)
""",
        """        x_hat = self.decode(z) / 255
""",
    ),
]
DIAGNOSIS = "decode_on_other_scale"
