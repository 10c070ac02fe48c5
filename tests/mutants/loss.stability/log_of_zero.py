"""Cross-entropy by hand without any guard against log 0."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = -torch.sum(x * torch.log(x_hat) + (1 - x) * torch.log(1 - x_hat)) / batch
""",
    ),
]
DIAGNOSIS = "log_of_zero"
ALSO = [
    "loss.gradients",
    "loss.reconstruction",
    "loss.returns",
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
]
