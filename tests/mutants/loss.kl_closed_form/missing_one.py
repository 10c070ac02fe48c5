"""The 1 in the KL is missing."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(logvar - mu.pow(2) - logvar.exp()) / batch
""",
    ),
]
DIAGNOSIS = "kl_missing_one"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
