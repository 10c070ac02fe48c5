"""Uniform codes from -4 to 4, as in the grid."""

BASE = "conv"
PATCH = [
    (
        "torch.randn(n, model.latent_dim)",
        "torch.empty(n, model.latent_dim).uniform_(-4, 4)",
    ),
]
DIAGNOSIS = "prior_uniform"
ALSO = ["sampling.images"]
