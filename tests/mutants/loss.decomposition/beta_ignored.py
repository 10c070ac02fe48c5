"""beta is not used."""

BASE = "mlp"
PATCH = [
    (
        """    total = recon + beta * kl
""",
        """    total = recon + kl
""",
    ),
]
DIAGNOSIS = "beta_ignored"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
