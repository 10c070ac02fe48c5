"""rand for randn: uniform codes."""

BASE = "mlp"
PATCH = [
    (
        """        z = torch.randn(n, model.latent_dim)
""",
        """        z = torch.rand(n, model.latent_dim)
""",
    ),
]
DIAGNOSIS = "prior_uniform"
ALSO = ["sampling.images"]
