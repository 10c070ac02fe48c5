"""A bracket is closed too early, so that half of the formula is not summed."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = (-0.5 * torch.sum(1 + logvar) + 0.5 * torch.mean(mu.pow(2) + logvar.exp())) / batch
""",
    ),
]
DIAGNOSIS = "kl_parts_reduced_differently"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "loss.batch_reduction",
    "loss.stability",
    "loss.returns",
]
