"""Shapes [B, 784] and [B, 1, 784] broadcast to all pairs of images."""

BASE = "mean_mse"
PATCH = [
    (
        """    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
        """    difference = x_hat.reshape(-1, 784) - x.reshape(-1, 1, 784)
    recon = (difference**2).mean()
""",
    ),
]
DIAGNOSIS = "recon_other_images"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.tuned"]
