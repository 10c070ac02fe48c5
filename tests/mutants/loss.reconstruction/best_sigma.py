"""The Gaussian likelihood with its best σ: the logarithm of the mean squared error."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = 392 * torch.log(F.mse_loss(x_hat, x) + 1e-12)
""",
    ),
]
DIAGNOSIS = "recon_sigma_learned"
ALSO = ['loss.gradients', 'betas.learns', 'betas.tuned', 'loss.stability']
