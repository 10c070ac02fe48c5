"""The signed difference, so that errors cancel."""

BASE = "mean_mse"
PATCH = [
    (
        """    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
        """    recon = torch.mean(x_hat.flatten(1) - x.flatten(1))
""",
    ),
]
DIAGNOSIS = "recon_difference_not_squared"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.tuned"]
