"""Absolute values of mu in place of squares."""

BASE = "sum_sse"
PATCH = [
    (
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
""",
        """    kl = 0.5 * torch.sum(mu.abs() + logvar.exp() - logvar - 1)
""",
    ),
]
DIAGNOSIS = "kl_mu_not_squared"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
