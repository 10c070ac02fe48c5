"""The reported KL already contains beta."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
    total = recon + beta * kl
""",
        """    kl = beta * -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
    total = recon + kl
""",
    ),
]
DIAGNOSIS = "kl_prescaled_by_beta"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
    "loss.kl_closed_form",
]
