"""The KL of the prior from the posterior, not the other way round."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = 0.5 * torch.sum(logvar + (1 + mu.pow(2)) * torch.exp(-logvar) - 1) / batch
""",
    ),
]
DIAGNOSIS = "kl_reversed"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns", "loss.stability"]
