"""Squared error summed over everything, KL averaged over the batch."""

BASE = "sum_sse"
PATCH = [
    (
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
""",
        """    kl = 0.5 * torch.mean(mu**2 + logvar.exp() - logvar - 1)
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
