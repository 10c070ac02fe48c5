"""logvar stands where exp(logvar) belongs, summed over everything."""

BASE = "sum_sse"
PATCH = [
    (
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
""",
        """    kl = 0.5 * torch.sum(mu**2 + logvar - logvar - 1)
""",
    ),
]
DIAGNOSIS = "kl_missing_exp"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
