"""Cross-entropy and squared error are added."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
    recon = recon + F.mse_loss(x_hat, x, reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "recon_two_errors"
ALSO = ['loss.gradients', 'betas.learns', 'betas.tuned']
