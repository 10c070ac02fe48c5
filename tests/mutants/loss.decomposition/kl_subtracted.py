"""The KL is subtracted."""

BASE = "mean_mse"
PATCH = [
    (
        """    return recon + beta * kl, recon, kl
""",
        """    return recon - beta * kl, recon, kl
""",
    ),
]
DIAGNOSIS = "kl_subtracted"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
    "loss.stability",
]
