"""forward decodes the mean in eval mode."""

BASE = "mlp"
PATCH = [
    (
        """        z = self.reparameterize(mu, logvar)
        x_hat = self.decode(z)
        return x_hat, mu, logvar
""",
        """        z = self.reparameterize(mu, logvar) if self.training else mu
        x_hat = self.decode(z)
        return x_hat, mu, logvar
""",
    ),
]
DIAGNOSIS = "noise_only_in_training"
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
