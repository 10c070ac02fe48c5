"""The decoder's features are averaged with detached ones, in train mode only."""

BASE = "conv"
PATCH = [
    (
        """    def decode(self, z):
        return self.generator(z)

    def forward(self, x):
        mu""",
        """    def decode(self, z):
        if self.training:
            z = (z + z.detach()) / 2
        return self.generator(z)

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
