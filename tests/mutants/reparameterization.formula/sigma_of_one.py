"""Noise of variance 1 is added, whatever logvar says."""

BASE = "residual_prenorm"
PATCH = [
    (
        """        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std""",
        "        return mu + torch.randn_like(logvar)",
    ),
]
DIAGNOSIS = "sigma_is_one"
