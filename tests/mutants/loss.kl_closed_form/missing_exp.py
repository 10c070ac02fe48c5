"""logvar stands where exp(logvar) belongs."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar) / batch
""",
    ),
]
DIAGNOSIS = "kl_missing_exp"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "loss.stability",
    "loss.returns",
]
