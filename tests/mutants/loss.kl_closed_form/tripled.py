"""The KL is counted three times."""

BASE = "sum_sse"
PATCH = [
    (
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
""",
        """    kl = 1.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
""",
    ),
]
DIAGNOSIS = "kl_extra_factor"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
