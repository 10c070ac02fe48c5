"""forward passes the sampled code through reparameterize again."""

BASE = "mlp"
PATCH = [
    (
        """        z = self.reparameterize(mu, logvar)
        x_hat""",
        """        z = self.reparameterize(mu, logvar)
        z = self.reparameterize(z, logvar)
        x_hat""",
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
