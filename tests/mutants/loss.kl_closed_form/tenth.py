"""The KL is multiplied by 0.1 to keep it from collapsing."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = 0.1 * -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
    ),
]
DIAGNOSIS = "kl_extra_factor"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
