"""The KL is estimated from one sample of the posterior."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    posterior = torch.distributions.Normal(mu, torch.exp(0.5 * logvar))
    z = posterior.rsample()
    prior = torch.distributions.Normal(0.0, 1.0)
    kl = (posterior.log_prob(z) - prior.log_prob(z)).sum() / batch
""",
    ),
]
DIAGNOSIS = "loss_not_repeatable"
ALSO = ['loss.kl_closed_form', 'betas.tuned']
