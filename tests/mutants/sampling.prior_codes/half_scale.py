"""Codes of standard deviation 0.5, because they look better."""

BASE = "sum_sse"
PATCH = [
    (
        """    z = torch.randn(n, model.latent_dim)
""",
        """    z = 0.5 * torch.randn(n, model.latent_dim)
""",
    ),
]
DIAGNOSIS = "prior_wrong_scale"
ALSO = ["sampling.images"]
