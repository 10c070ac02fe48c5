"""forward adds noise of its own and does not call reparameterize."""

BASE = "sum_sse"
PATCH = [
    (
        """        z = self.reparameterize(mu, logvar)
""",
        """        z = mu + torch.randn_like(mu)
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
