"""The formula takes the logarithm of logvar."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - torch.log(logvar.abs() + 1e-8))
""",
    ),
]
DIAGNOSIS = "kl_log_of_logvar"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns", "loss.stability"]
