"""Only half of the noise is there in eval mode."""

BASE = "mlp"
PATCH = [
    (
        "        eps = torch.randn_like(std)\n",
        "        eps = torch.randn_like(std) * (1.0 if self.training else 0.5)\n",
    ),
]
DIAGNOSIS = "noise_scaled"
