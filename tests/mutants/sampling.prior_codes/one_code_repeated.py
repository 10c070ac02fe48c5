"""One draw repeated n times."""

BASE = "conv"
PATCH = [
    (
        "torch.randn(n, model.latent_dim)",
        "torch.randn(1, model.latent_dim).expand(n, -1)",
    ),
]
DIAGNOSIS = "prior_zero"
ALSO = ["sampling.images"]
