"""Free bits after the mean over the batch, each dimension by itself."""

BASE = "conv"
PATCH = [
    (
        """    kl = kl_each.sum(dim=1).mean()
""",
        """    kl = torch.clamp(kl_each.mean(dim=0), min=0.05).sum()
""",
    ),
]
DIAGNOSIS = "kl_free_bits"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
