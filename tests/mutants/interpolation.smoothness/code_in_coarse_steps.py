"""The decoder sees the code in coarse steps, with a gradient passed straight through."""

BASE = "conv"
PATCH = [
    (
        """    def decode(self, z):
        return self.generator(z)

    def forward(self, x):
        mu""",
        """    def decode(self, z):
        steps = 2 * torch.round(z / 2)
        return self.generator(z + (steps - z).detach())

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "images_jump"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
    "betas.honest_information",
    "betas.code_reaches_decoder",
    "betas.encoder_heads",
    "loss.gradients",
]
