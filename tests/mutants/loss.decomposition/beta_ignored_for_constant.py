"""The module's constant is used in place of the argument."""

BASE = "conv"
PATCH = [
    (
        "recon + beta * kl",
        "recon + TUNED_BETA * kl",
    ),
]
DIAGNOSIS = "beta_constant"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
