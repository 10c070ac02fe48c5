"""A random projection is drawn at construction and not registered."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc1 = nn.Linear(784, 400)
""",
        """        self.fc1 = nn.Linear(784, 400)
        self.mixing = torch.randn(784, 784) / 28
""",
    ),
    (
        "self.fc1(x.reshape(x.shape[0], 784))",
        "self.fc1(x.reshape(x.shape[0], 784) @ self.mixing)",
    ),
]
DIAGNOSIS = "layers_in_plain_list"
ALSO = ["interface.bottleneck", "interpolation.ends"]
