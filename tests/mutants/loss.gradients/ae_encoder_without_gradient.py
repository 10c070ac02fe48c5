"""The autoencoder's encode runs under no_grad."""

BASE = "conv"
PATCH = [
    (
        "class Autoencoder(nn.Module):",
        "class Autoencoder(nn.Module):  # encode is also used for plots",
    ),
    (
        """    def encode(self, x):
        return self.to_code(self.features(x))
""",
        """    @torch.no_grad()
    def encode(self, x):
        return self.to_code(self.features(x))
""",
    ),
]
DIAGNOSIS = "loss_detached"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
    "loss.returns",
    "betas.honest_information",
    "betas.code_reaches_decoder",
]
