"""The encoder takes the logarithm of the pixels, and blank pixels are 0."""

BASE = "mean_mse"
PATCH = [
    (
        "        return self.e2(F.relu(self.e1(x)))",
        "        return self.e2(F.relu(self.e1(torch.log(x))))",
    ),
]
DIAGNOSIS = "nan_output"
