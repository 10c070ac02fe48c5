"""Reconstruction averaged over the batch, KL summed."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
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
