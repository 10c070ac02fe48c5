"""A softmax over the pixels: they share a total brightness of 1."""

BASE = "mean_mse"
PATCH = [
    (
        "        return torch.sigmoid(self.d2(hidden))",
        "        return torch.softmax(self.d2(hidden), dim=1)",
    ),
]
DIAGNOSIS = "softmax_output"
ALSO = ["betas.learns", "betas.kl_falls", "betas.tuned"]
