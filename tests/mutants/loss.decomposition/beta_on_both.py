"""beta weighs both terms."""

BASE = "mlp"
PATCH = [
    (
        """    total = recon + beta * kl
""",
        """    total = beta * (recon + kl)
""",
    ),
]
DIAGNOSIS = "beta_on_both"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
