"""The reconstruction error is computed from x_hat.data."""

BASE = "sum_sse"
PATCH = [
    (
        """    recon = squared_error(x_hat, x)
""",
        """    recon = squared_error(x_hat.data, x)
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
