"""A KL that is divided by the number of pixels is multiplied by beta twice."""

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
        """    total = recon + beta * beta * kl
""",
    ),
]
DIAGNOSIS = "beta_squared"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
