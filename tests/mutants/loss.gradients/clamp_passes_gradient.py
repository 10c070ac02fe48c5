"""Codes are clamped to two in decode, and gradients pass as if they were not."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
        out""",
        """        z = z + (z.clamp(-2, 2) - z).detach()
        h = F.relu(self.fc3(z))
        out""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["sampling.images", "betas.code_reaches_decoder", "betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
