"""The autoencoder's reconstruction is compared with itself."""

BASE = "mean_mse"
PATCH = [
    (
        """    return F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
        """    return F.mse_loss(x_hat.flatten(1), x_hat.flatten(1))
""",
    ),
]
DIAGNOSIS = "recon_against_itself"
ALSO = ["betas.learns", "loss.gradients"]
