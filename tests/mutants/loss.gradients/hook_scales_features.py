"""A hook scales the gradient of the decoder's hidden layer by a tenth."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
        out""",
        """        h = F.relu(self.fc3(z))
        if h.requires_grad:
            h.register_hook(lambda g: 0.1 * g)
        out""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
