"""encode binarizes the caller's images in place."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu""",
        """        x[x < 0.5] = 0.0
        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu""",
    ),
]
DIAGNOSIS = "input_changed_in_place"
ALSO = ["interpolation.ends"]
