"""One random number per image for all dimensions."""

BASE = "sum_sse"
PATCH = [
    (
        """    z = torch.randn(n, model.latent_dim)
""",
        """    z = torch.randn(n, 1).repeat(1, model.latent_dim)
""",
    ),
]
DIAGNOSIS = "prior_repeats"
ALSO = ["sampling.images"]
