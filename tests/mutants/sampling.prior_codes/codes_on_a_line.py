"""Codes equally spaced on a line."""

BASE = "mean_mse"
PATCH = [
    (
        """    z = torch.randn((n, model.latent_dim))
""",
        """    z = torch.linspace(-2, 2, n).unsqueeze(1).repeat(1, model.latent_dim)
""",
    ),
]
DIAGNOSIS = "prior_uniform"
ALSO = ["sampling.images"]
