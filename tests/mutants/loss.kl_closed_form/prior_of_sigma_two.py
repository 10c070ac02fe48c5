"""The prior has σ = 2."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    prior = torch.distributions.Normal(0.0, 2.0)
    posterior = torch.distributions.Normal(mu, torch.exp(0.5 * logvar))
    kl = torch.distributions.kl_divergence(posterior, prior).sum() / batch
""",
    ),
]
DIAGNOSIS = "kl_other_prior"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
