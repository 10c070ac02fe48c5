"""forward unpacks encode in the wrong order."""

BASE = "conv"
PATCH = [
    (
        """        mu, logvar = self.encode(x)
""",
        """        logvar, mu = self.encode(x)
""",
    ),
]
DIAGNOSIS = "heads_swapped"
ALSO = [
    "betas.trains_on_samples",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "interface.shapes",
    "interface.bottleneck",
    "loss.kl_closed_form",
    "betas.tuned",
]
