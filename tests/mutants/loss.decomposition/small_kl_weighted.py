"""A KL that is divided by the number of pixels is weighed by 0.7 · beta."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch / 784
""",
    ),
    (
        """    total = recon + beta * kl
""",
        """    total = recon + 0.7 * beta * kl
""",
    ),
]
DIAGNOSIS = "beta_rescaled"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
