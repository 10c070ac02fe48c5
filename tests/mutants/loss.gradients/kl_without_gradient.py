"""The KL is computed from detached tensors."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    mu, logvar = mu.detach(), logvar.detach()
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
    ),
]
DIAGNOSIS = "loss_detached"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
    "loss.returns",
    "betas.honest_information",
    "betas.code_reaches_decoder",
]
