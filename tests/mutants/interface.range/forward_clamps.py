"""decode has no sigmoid, forward clamps to [0, 1]."""

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
        """        x_hat = self.decode(z).clamp(0, 1)
""",
    ),
]
DIAGNOSIS = "decode_on_other_scale"
ALSO = ("loss.gradients",)
