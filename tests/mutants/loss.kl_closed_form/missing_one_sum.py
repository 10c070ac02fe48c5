"""The 1 in a KL summed over everything is missing."""

BASE = "sum_sse"
PATCH = [
    (
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
""",
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar)
""",
    ),
]
DIAGNOSIS = "kl_missing_one"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
