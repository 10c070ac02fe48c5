"""exp is missing, and a counter in the loss changes the total."""

BASE = "mlp"
PATCH = [
    (
        """def vae_loss(x_hat, x, mu, logvar, beta):
""",
        """calls = 0


def vae_loss(x_hat, x, mu, logvar, beta):
    global calls
    calls += 1
""",
    ),
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar) / batch
""",
    ),
    (
        """    total = recon + beta * kl
""",
        """    total = recon + beta * kl + 10.0 * calls
""",
    ),
]
DIAGNOSIS = "kl_missing_exp"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information', 'loss.returns', 'loss.decomposition']
