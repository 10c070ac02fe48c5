"""The KL is averaged over the batch only: one number per latent dimension."""

BASE = "conv"
PATCH = [
    (
        """    kl = kl_each.sum(dim=1).mean()
""",
        """    kl = kl_each.mean(dim=0)
""",
    ),
]
DIAGNOSIS = "kl_not_reduced_over_latents"
ALSO = ["loss.kl_closed_form"]
