"""beta is multiplied by four in the total."""

BASE = "conv"
PATCH = [
    (
        """recon + beta * kl""",
        """recon + 4 * beta * kl""",
    ),
]
DIAGNOSIS = "beta_rescaled"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
