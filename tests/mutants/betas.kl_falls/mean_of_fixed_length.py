"""mu is normalized to length 5, so the KL cannot fall below 12.5 nats."""

BASE = "mlp"
PATCH = [
    (
        """        mu = self.fc_mu(h)
""",
        """        mu = 5 * F.normalize(self.fc_mu(h), dim=1)
""",
    ),
]
DIAGNOSIS = None
ALSO = [
    "betas.learns",
    "betas.encoder_heads",
    "betas.honest_information",
    "betas.tuned",
    "interpolation.smoothness",
    "loss.gradients",
    "betas.code_reaches_decoder",
]
