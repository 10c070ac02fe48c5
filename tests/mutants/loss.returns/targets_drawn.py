"""The target is drawn from the image's grey values in each call."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, torch.bernoulli(x), reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "loss_not_repeatable"
ALSO = ['loss.reconstruction', 'betas.tuned']
