"""Only the autoencoder's decoder lacks the sigmoid."""

BASE = "sum_sse"
PATCH = [
    (
        """    def decode(self, z):
        return self.up(z).sigmoid()

    def forward(self, x):
        return self.decode(self.encode(x))""",
        """    def decode(self, z):
        return self.up(z)

    def forward(self, x):
        return self.decode(self.encode(x))""",
    ),
]
DIAGNOSIS = "sigmoid_missing"
