"""Pixels are set to 0 or 1 by a threshold that gradients do not see."""

BASE = "mean_mse"
PATCH = [
    (
        """        hidden = F.relu(self.d1(z))
        return torch.sigmoid(self.d2(hidden))
""",
        """        hidden = F.relu(self.d1(z))
        p = torch.sigmoid(self.d2(hidden))
        return p + ((p > 0.5).float() - p).detach()
""",
    ),
]
DIAGNOSIS = "straight_through"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
