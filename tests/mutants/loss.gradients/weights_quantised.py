"""Weights are rounded to eighths in decode; gradients pass as if they were not."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
        out""",
        """        w = self.fc3.weight
        w = w + (torch.round(8 * w) / 8 - w).detach()
        h = F.relu(F.linear(z, w, self.fc3.bias))
        out""",
    ),
]
DIAGNOSIS = "straight_through"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
