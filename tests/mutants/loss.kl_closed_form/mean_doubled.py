"""mu² has the factor 1: ½ is written before the rest only."""

BASE = "sum_sse"
PATCH = [
    (
        "    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)",
        "    kl = torch.sum(mu**2) + 0.5 * torch.sum(logvar.exp() - logvar - 1)",
    ),
]
DIAGNOSIS = "kl_half_on_one_part"
