"""forward decodes the average of ten samples."""

BASE = "conv"
PATCH = [
    (
        """        return self.decode(self.reparameterize(mu, logvar)), mu, logvar
""",
        """        z = sum(self.reparameterize(mu, logvar) for _ in range(10)) / 10
        return self.decode(z), mu, logvar
""",
    ),
]
DIAGNOSIS = "forward_draws_otherwise"
ALSO = [
    "betas.trains_on_samples",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "interface.shapes",
    "interface.bottleneck",
    "loss.kl_closed_form",
    "betas.encoder_heads",
    "betas.tuned",
]
