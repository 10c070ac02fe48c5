"""A fifth of the mean is detached inside encode, to steady it."""

BASE = "mlp"
PATCH = [
    (
        """        mu = self.fc_mu(h)
""",
        """        mu = self.fc_mu(h)
        mu = 0.8 * mu + 0.2 * mu.detach()
""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
