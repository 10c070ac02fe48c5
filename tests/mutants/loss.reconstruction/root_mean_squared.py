"""The root of the mean squared error."""

BASE = "mean_mse"
PATCH = [
    (
        """    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
        """    recon = torch.sqrt(F.mse_loss(x_hat.flatten(1), x.flatten(1)))
""",
    ),
]
DIAGNOSIS = "recon_root"
ALSO = ["loss.gradients", "loss.batch_reduction", "loss.stability", "betas.tuned"]
