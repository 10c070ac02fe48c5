"""n + 1 images."""

BASE = "mlp"
PATCH = [
    (
        """        z = torch.randn(n, model.latent_dim)
""",
        """        z = torch.randn(n + 1, model.latent_dim)
""",
    ),
]
DIAGNOSIS = "sample_count"
ALSO = ["sampling.prior_codes"]
