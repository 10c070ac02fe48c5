"""A ReLU after the logvar head: sigma is at least 1."""

BASE = "mlp"
PATCH = [
    (
        """        logvar = self.fc_logvar(h)
""",
        """        logvar = F.relu(self.fc_logvar(h))
""",
    ),
]
DIAGNOSIS = "relu_on_logvar"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "loss.gradients",
    "betas.tuned",
    "betas.code_reaches_decoder",
    "betas.honest_information",
    "interpolation.ends",
]
