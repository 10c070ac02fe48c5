"""Both forwards apply a sigmoid to what decode returns, which has one."""

BASE = "mlp"
PATCH = [
    (
        """        x_hat = self.decode(z)
""",
        """        x_hat = torch.sigmoid(self.decode(z))
""",
    ),
    (
        """        return self.decode(self.encode(x))
""",
        """        return torch.sigmoid(self.decode(self.encode(x)))
""",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
