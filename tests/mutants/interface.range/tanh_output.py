"""The last activation is a tanh: half the range is negative."""

BASE = "mean_mse"
PATCH = [
    (
        "        return torch.sigmoid(self.d2(hidden))",
        "        return torch.tanh(self.d2(hidden))",
    ),
]
DIAGNOSIS = "output_negative"
