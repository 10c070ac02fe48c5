"""Images are centred by the mean of their batch."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu""",
        """        x = x - x.mean()
        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu""",
    ),
]
DIAGNOSIS = "batch_statistics"
ALSO = ["interface.bottleneck", "interpolation.ends"]
