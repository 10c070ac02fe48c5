"""The total uses the summed reconstruction error but the mean is reported."""

BASE = "mean_mse"
PATCH = [
    (
        """    return recon + beta * kl, recon, kl
""",
        """    return 784 * recon + beta * kl, recon, kl
""",
    ),
]
DIAGNOSIS = "recon_rescaled_in_total"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
