"""n is taken for the side of a square of images."""

BASE = "sum_sse"
PATCH = [
    (
        """    z = torch.randn(n, model.latent_dim)
    return model.decode(z).reshape(n, 1, 28, 28)
""",
        """    z = torch.randn(n * n, model.latent_dim)
    return model.decode(z).reshape(n * n, 1, 28, 28)
""",
    ),
]
DIAGNOSIS = "sample_count"
ALSO = ["sampling.prior_codes"]
