"""The factor ½ is there in the sum and once more in the mean."""

BASE = "conv"
PATCH = [
    (
        "    kl = kl_each.sum(dim=1).mean()",
        "    kl = kl_each.sum(dim=1).mean() / 2",
    ),
]
DIAGNOSIS = "kl_half_too_many"
