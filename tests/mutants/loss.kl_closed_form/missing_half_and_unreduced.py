"""The ½ is missing and the KL is one number per image."""

BASE = "sum_sse"
PATCH = [
    (
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
""",
        """    kl = torch.sum(mu**2 + logvar.exp() - logvar - 1, dim=1)
""",
    ),
]
DIAGNOSIS = "kl_missing_half"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information', 'loss.returns']
