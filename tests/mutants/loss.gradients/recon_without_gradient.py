"""The reconstruction term carries no gradient."""

BASE = "mean_mse"
PATCH = [
    (
        """    return recon + beta * kl, recon, kl
""",
        """    return recon.detach() + beta * kl, recon, kl
""",
    ),
]
DIAGNOSIS = "loss_detached"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
    "loss.returns",
    "betas.honest_information",
    "betas.code_reaches_decoder",
]
