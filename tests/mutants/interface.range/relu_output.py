"""The last activation is a ReLU: pixels are not bounded above."""

BASE = "sum_sse"
PATCH = [
    (
        """    def decode(self, z):
        return self.up(z).sigmoid()

    def forward(self, x):
        mu""",
        """    def decode(self, z):
        return self.up(z).relu()

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "sigmoid_missing"
ALSO = ["betas.learns", "loss.gradients", "betas.code_reaches_decoder"]
