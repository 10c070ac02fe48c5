"""forward returns (mu, logvar, x_hat)."""

BASE = "mlp"
PATCH = [
    (
        """        return x_hat, mu, logvar
""",
        """        return mu, logvar, x_hat
""",
    ),
]
DIAGNOSIS = "forward_results_order"
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
    "interface.names",
]
