"""A ReLU after the mu head."""

BASE = "mlp"
PATCH = [
    (
        """        mu = self.fc_mu(h)
""",
        """        mu = F.relu(self.fc_mu(h))
""",
    ),
]
DIAGNOSIS = "relu_on_mu"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "loss.gradients",
    "betas.tuned",
    "betas.code_reaches_decoder",
    "betas.honest_information",
    "interpolation.ends",
]
