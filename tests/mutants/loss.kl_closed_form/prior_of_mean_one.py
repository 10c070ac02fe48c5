"""The prior is centred on 1."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = 0.5 * ((mu - 1) ** 2 + logvar.exp() - 1 - logvar)
""",
    ),
]
DIAGNOSIS = "kl_other_prior"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
