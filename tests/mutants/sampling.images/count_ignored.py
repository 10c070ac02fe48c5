"""Always 64 images."""

BASE = "conv"
PATCH = [
    (
        "torch.randn(n, model.latent_dim)",
        "torch.randn(64, model.latent_dim)",
    ),
]
DIAGNOSIS = "sample_count"
ALSO = ["sampling.prior_codes"]
