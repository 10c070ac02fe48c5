"""Reconstruction summed over the batch, KL averaged."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum")
""",
    ),
]
DIAGNOSIS = "batch_sum_and_mean_mixed"
ALSO = [
    "loss.kl_closed_form",
    "loss.reconstruction",
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
]
