"""beta is capped at 1."""

BASE = "sum_sse"
PATCH = [
    (
        "    kl = 0.5 *",
        """    beta = min(beta, 1.0)
    kl = 0.5 *""",
    ),
]
DIAGNOSIS = "beta_not_linear"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
