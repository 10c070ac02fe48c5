"""The codes are drawn once at import and cut to length."""

BASE = "mlp"
PATCH = [
    (
        "def sample(model, n):",
        """FIXED = torch.randn(1024, 64)


def sample(model, n):""",
    ),
    (
        """        z = torch.randn(n, model.latent_dim)
""",
        """        z = FIXED[:n, : model.latent_dim]
""",
    ),
]
DIAGNOSIS = "sample_seed_reset"
ALSO = ["sampling.images"]
