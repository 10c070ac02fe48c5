"""sigma stands where sigma squared belongs."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - torch.exp(0.5 * logvar)) / batch
""",
    ),
]
DIAGNOSIS = "kl_variance_as_std"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
