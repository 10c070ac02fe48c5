"""forward calls reparameterize(logvar, mu)."""

BASE = "mlp"
PATCH = [
    (
        "self.reparameterize(mu, logvar)",
        "self.reparameterize(logvar, mu)",
    ),
]
DIAGNOSIS = "mu_logvar_swapped"
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
