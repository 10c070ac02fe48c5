"""sample draws 20 dimensions whatever the model has."""

BASE = "mean_mse"
PATCH = [
    (
        "torch.randn((n, model.latent_dim))",
        "torch.randn((n, 20))",
    ),
]
DIAGNOSIS = "latent_dim_ignored"
ALSO = ["sampling.prior_codes"]
