"""beta is applied twice, to the KL and in the sum, but the KL is reported without."""

BASE = "conv"
PATCH = [
    (
        "recon + beta * kl",
        "recon + beta * (beta * kl)",
    ),
]
DIAGNOSIS = "beta_squared"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
