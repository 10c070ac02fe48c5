"""forward returns sigma where logvar belongs."""

BASE = "mlp"
PATCH = [
    (
        """        return x_hat, mu, logvar
""",
        """        return x_hat, mu, torch.exp(0.5 * logvar)
""",
    ),
]
DIAGNOSIS = "forward_returns_sigma"
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
