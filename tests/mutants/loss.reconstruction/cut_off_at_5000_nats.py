"""Each image's error is cut off at 5,000 nats."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    each = F.binary_cross_entropy(x_hat, x, reduction="none").reshape(batch, -1).sum(1)
    recon = torch.minimum(each, torch.full_like(each, 5000.0)).mean()
""",
    ),
]
DIAGNOSIS = "recon_cut_off"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
