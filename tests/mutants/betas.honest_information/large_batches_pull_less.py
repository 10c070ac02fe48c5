"""The reconstruction error of large batches has half its gradient."""

BASE = "mean_mse"
PATCH = [
    (
        """    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
        """    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
    if len(x) > 100:
        recon = (recon + recon.detach()) / 2
""",
    ),
]
DIAGNOSIS = "training_differs"
ALSO = ["betas.learns", "betas.kl_falls", "betas.tuned", "interpolation.smoothness"]
