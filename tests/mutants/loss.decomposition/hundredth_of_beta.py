"""A hundredth of beta weighs the KL."""

BASE = "sum_sse"
PATCH = [
    (
        """    return Losses(recon + beta * kl,""",
        """    return Losses(recon + 0.01 * beta * kl,""",
    ),
]
DIAGNOSIS = "beta_rescaled"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
