"""The code is rounded on its way into the decoder, with a straight-through estimator."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
        out""",
        """        z = z + (torch.round(z) - z).detach()
        h = F.relu(self.fc3(z))
        out""",
    ),
]
DIAGNOSIS = "straight_through"
ALSO = ["betas.code_reaches_decoder", "betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
