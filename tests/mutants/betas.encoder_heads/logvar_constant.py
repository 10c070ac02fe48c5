"""logvar is the constant 0, so sigma is always 1."""

BASE = "mlp"
PATCH = [
    (
        """        logvar = self.fc_logvar(h)
""",
        """        logvar = torch.zeros_like(mu)
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
