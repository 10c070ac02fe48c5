"""All codes are zero."""

BASE = "mean_mse"
PATCH = [
    (
        "torch.randn((n, model.latent_dim))",
        "torch.zeros((n, model.latent_dim))",
    ),
]
DIAGNOSIS = "prior_zero"
ALSO = ["sampling.images"]
