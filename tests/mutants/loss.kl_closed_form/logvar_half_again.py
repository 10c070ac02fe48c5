"""The log-variance counts one and a half times."""

BASE = "sum_sse"
PATCH = [
    (
        "    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)",
        "    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - 1.5 * logvar - 1)",
    ),
]
DIAGNOSIS = "kl_term_factor"
