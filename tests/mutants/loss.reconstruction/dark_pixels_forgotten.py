"""Only the x log(x_hat) half of the cross-entropy."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = -torch.sum(x * torch.log(x_hat + 1e-8)) / batch
""",
    ),
]
DIAGNOSIS = "bce_one_sided"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.tuned"]
