"""The total is the KL alone."""

BASE = "mean_mse"
PATCH = [
    (
        """    return recon + beta * kl, recon, kl
""",
        """    return beta * kl, recon, kl
""",
    ),
]
DIAGNOSIS = "recon_left_out"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
    "betas.code_reaches_decoder",
]
