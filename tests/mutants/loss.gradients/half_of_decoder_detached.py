"""Half of the decoder's hidden layer is detached; its values are untouched."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
        out""",
        """        h = F.relu(self.fc3(z))
        h = 0.5 * h + 0.5 * h.detach()
        out""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
