"""mu stands where mu squared belongs."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(1 + logvar - mu - logvar.exp()) / batch
""",
    ),
]
DIAGNOSIS = "kl_mu_not_squared"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "loss.stability",
    "betas.honest_information",
]
