"""A model is put on the GPU at import."""

BASE = "mean_mse"
PATCH = [
    (
        """def ae_loss(x_hat, x):
""",
        """model = VAE(20).to("cuda")


def ae_loss(x_hat, x):
""",
    ),
]
DIAGNOSIS = "cuda_hard_coded"
