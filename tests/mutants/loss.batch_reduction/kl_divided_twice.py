"""A KL that is averaged already is divided by the batch size again."""

BASE = "conv"
PATCH = [
    (
        """    kl = kl_each.sum(dim=1).mean()
""",
        """    kl = kl_each.sum(dim=1).mean() / x.shape[0]
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
