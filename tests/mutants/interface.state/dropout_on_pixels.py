"""Dropout stands behind the sigmoid of the decoder."""

BASE = "mlp"
PATCH = [
    (
        """        out = torch.sigmoid(self.fc4(h))
""",
        """        out = F.dropout(torch.sigmoid(self.fc4(h)), 0.2, self.training)
""",
    ),
]
DIAGNOSIS = "dropout_on_pixels"
