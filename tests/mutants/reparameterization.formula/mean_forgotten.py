"""z is the noise alone: mu is not added."""

BASE = "conv_batchnorm"
PATCH = [
    (
        "        return mu + torch.randn_like(std) * std",
        "        return torch.randn_like(std) * std",
    ),
]
DIAGNOSIS = "mu_missing"
