"""Mean over pixels and batch for the reconstruction, sum over the batch for the KL."""

BASE = "conv"
PATCH = [
    (
        """    kl = kl_each.sum(dim=1).mean()
""",
        """    kl = kl_each.sum(dim=1).sum()
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
