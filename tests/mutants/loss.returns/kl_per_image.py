"""The KL is summed over latents only: one number per image."""

BASE = "sum_sse"
PATCH = [
    (
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
""",
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1, dim=1)
""",
    ),
]
DIAGNOSIS = "kl_not_reduced_over_latents"
ALSO = ["loss.kl_closed_form"]
