"""The half in front of the KL is missing."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -1 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
    ),
]
DIAGNOSIS = "kl_missing_half"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
