"""Only mu² has its ½."""

BASE = "conv"
PATCH = [
    (
        """    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
""",
        """    kl_each = 0.5 * mu**2 + logvar.exp() - 1 - logvar
""",
    ),
]
DIAGNOSIS = "kl_half_on_one_part"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
