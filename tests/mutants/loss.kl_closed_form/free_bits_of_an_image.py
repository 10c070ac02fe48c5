"""Each image has two nats for free."""

BASE = "conv"
PATCH = [
    (
        """    kl = kl_each.sum(dim=1).mean()
""",
        """    kl = kl_each.sum(dim=1).clamp(min=2.0).mean()
""",
    ),
]
DIAGNOSIS = "kl_free_bits"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
