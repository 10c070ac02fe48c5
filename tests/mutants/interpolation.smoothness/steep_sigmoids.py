"""The decoder's first units are sigmoids of 50 times their input: on or off, with a gradient that is right."""

BASE = "conv"
PATCH = [
    (
        """    def decode(self, z):
        return self.generator(z)

    def forward(self, x):
        mu""",
        """    def decode(self, z):
        h = torch.sigmoid(50 * self.generator[0](z))
        return self.generator[2:](h)

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "images_jump"
