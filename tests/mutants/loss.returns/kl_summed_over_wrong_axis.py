"""dim=0 for dim=1: the KL is summed over the batch and is a vector over latents."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=0) / batch
""",
    ),
]
DIAGNOSIS = "kl_not_reduced_over_latents"
ALSO = ["loss.kl_closed_form"]
