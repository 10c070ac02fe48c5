"""A KL that is divided by the number of pixels is subtracted."""

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
        """    total = recon - beta * kl
""",
    ),
]
DIAGNOSIS = "kl_subtracted"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
