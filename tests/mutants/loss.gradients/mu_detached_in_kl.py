"""mu is detached inside the KL: only the variance is regularized."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = 0.5 * (mu.detach() ** 2 + logvar.exp() - 1 - logvar)
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
