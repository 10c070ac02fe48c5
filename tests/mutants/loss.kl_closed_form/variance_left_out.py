"""The term exp(logvar) is left out."""

BASE = "l1_sum"
PATCH = [
    (
        "    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]",
        "    kl = -0.5 * torch.sum(1 + logvar - mu**2) / x.shape[0]",
    ),
]
DIAGNOSIS = "kl_missing_variance"
