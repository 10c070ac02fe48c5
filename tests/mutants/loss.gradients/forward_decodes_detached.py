"""The code is detached before it is decoded."""

BASE = "mean_mse"
PATCH = [
    (
        """        return self.decode(z), mu, logvar
""",
        """        return self.decode(z.detach()), mu, logvar
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
