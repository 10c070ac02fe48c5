"""Codes are clamped to [-1, 1]."""

BASE = "conv"
PATCH = [
    (
        "torch.randn(n, model.latent_dim)",
        "torch.randn(n, model.latent_dim).clamp(-1, 1)",
    ),
]
DIAGNOSIS = "prior_truncated"
ALSO = ["sampling.images"]
