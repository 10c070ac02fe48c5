"""log(logvar²) without a guard, which is infinite at logvar = 0."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - torch.log(logvar**2))
""",
    ),
]
DIAGNOSIS = "kl_log_of_logvar"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information', 'loss.stability', 'loss.returns']
