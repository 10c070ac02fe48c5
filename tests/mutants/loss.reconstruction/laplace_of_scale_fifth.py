"""A Laplace likelihood with scale 0.2."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = -torch.distributions.Laplace(x_hat, 0.2).log_prob(x).sum() / batch
""",
    ),
]
DIAGNOSIS = "recon_sigma_fixed"
ALSO = ['loss.gradients', 'betas.learns', 'betas.tuned']
