"""The total is the reconstruction alone."""

BASE = "sum_sse"
PATCH = [
    (
        "Losses(recon + beta * kl,",
        "Losses(recon,",
    ),
]
DIAGNOSIS = "kl_left_out"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
