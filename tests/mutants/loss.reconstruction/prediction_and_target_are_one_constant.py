"""The error is taken of two constants: targets are compared with zeros."""

BASE = "mean_mse"
PATCH = [
    (
        """    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
    kl""",
        """    recon = F.mse_loss(0 * x_hat.flatten(1), torch.ones_like(x).flatten(1))
    kl""",
    ),
]
DIAGNOSIS = "recon_constant"
