"""The code is rounded to whole numbers: no gradient comes back."""

BASE = "sum_sse"
PATCH = [
    (
        """        return self.up(z).sigmoid()

    def forward(self, x):
        mu""",
        """        return self.up(z.round()).sigmoid()

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "code_without_gradient"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.honest_information",
    "betas.tuned",
    "loss.gradients",
    "interface.state",
    "interface.bottleneck",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.path",
    "interpolation.ends",
    "reparameterization.forward",
    "interface.range",
    "interface.batch_independence",
    "interpolation.smoothness",
]
