"""forward returns the code where logvar belongs."""

BASE = "mean_mse"
PATCH = [
    (
        """        return self.decode(z), mu, logvar
""",
        """        return self.decode(z), mu, z
""",
    ),
]
DIAGNOSIS = "forward_returns_code"
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
