"""The VAE's decoder ends without a sigmoid, with squared error."""

BASE = "mean_mse"
PATCH = [
    (
        "        return torch.sigmoid(self.d2(hidden))",
        "        return self.d2(hidden)",
    ),
]
DIAGNOSIS = "sigmoid_missing"
