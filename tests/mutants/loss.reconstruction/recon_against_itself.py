"""The reconstruction is compared with itself."""

BASE = "mean_mse"
PATCH = [
    (
        """    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
        """    recon = F.mse_loss(x_hat.flatten(1), x_hat.flatten(1))
""",
    ),
]
DIAGNOSIS = "recon_against_itself"
ALSO = [
    "loss.gradients",
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
    "loss.returns",
    "betas.code_reaches_decoder",
]
