"""The seed is reset in sample, so that the report looks the same each time."""

BASE = "mlp"
PATCH = [
    (
        """        z = torch.randn(n, model.latent_dim)
""",
        """        torch.manual_seed(0)
        z = torch.randn(n, model.latent_dim)
""",
    ),
]
DIAGNOSIS = "sample_seed_reset"
ALSO = ["sampling.images"]
