"""(1 - beta) recon + beta kl."""

BASE = "mlp"
PATCH = [
    (
        """    total = recon + beta * kl
""",
        """    total = (1 - beta) * recon + beta * kl
""",
    ),
]
DIAGNOSIS = "beta_as_mixture"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
