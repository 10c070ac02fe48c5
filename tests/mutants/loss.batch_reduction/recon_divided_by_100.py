"""The reconstruction is divided by 100 whatever the batch size is."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / 100
""",
    ),
]
DIAGNOSIS = "batch_size_in_loss"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
