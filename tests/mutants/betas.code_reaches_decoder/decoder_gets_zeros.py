"""The decoder is fed zeros in place of the code."""

BASE = "mean_mse"
PATCH = [
    (
        """        hidden = F.relu(self.d1(z))
""",
        """        hidden = F.relu(self.d1(torch.zeros_like(z)))
""",
    ),
]
DIAGNOSIS = "decoder_ignores_code"
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
