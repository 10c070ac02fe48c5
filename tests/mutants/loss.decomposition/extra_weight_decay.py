"""The total also contains a penalty on mu that no part reports."""

BASE = "conv"
PATCH = [
    (
        "recon + beta * kl",
        "recon + beta * kl + 0.01 * mu.pow(2).mean()",
    ),
]
DIAGNOSIS = "total_has_another_term"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
