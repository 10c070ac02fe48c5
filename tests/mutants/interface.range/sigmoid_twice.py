"""The network ends in a sigmoid and decode applies another."""

BASE = "conv"
PATCH = [
    (
        """    def decode(self, z):
        return self.generator(z)

    def forward(self, x):
        mu""",
        """    def decode(self, z):
        return torch.sigmoid(self.generator(z))

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "sigmoid_twice"
ALSO = ["betas.learns"]
