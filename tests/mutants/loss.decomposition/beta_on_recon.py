"""beta weighs the reconstruction."""

BASE = "sum_sse"
PATCH = [
    (
        "Losses(recon + beta * kl,",
        "Losses(beta * recon + kl,",
    ),
]
DIAGNOSIS = "beta_on_recon"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
