"""Inputs are standardized per pixel over the batch, and blank pixels have no spread."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu""",
        """        x = x.reshape(x.shape[0], 784)
        x = (x - x.mean(dim=0)) / x.std(dim=0)
        h = F.relu(self.fc1(x))
        mu""",
    ),
]
DIAGNOSIS = "nan_output"
