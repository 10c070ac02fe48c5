"""The KL squares mu in place."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    with torch.no_grad():
        mu.pow_(2)
    kl = -0.5 * torch.sum(1 + logvar - mu - logvar.exp()) / batch
""",
    ),
]
DIAGNOSIS = "input_changed_in_place"
ALSO = ["loss.kl_closed_form", "loss.gradients", "betas.kl_falls"]
