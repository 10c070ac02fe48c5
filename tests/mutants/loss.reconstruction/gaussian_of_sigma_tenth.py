"""A Gaussian likelihood with σ = 0.1."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.gaussian_nll_loss(x_hat, x, torch.full_like(x, 0.01), reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "recon_sigma_fixed"
ALSO = ['loss.gradients', 'betas.learns', 'betas.tuned']
