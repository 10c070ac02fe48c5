"""ae_loss is cut off at 1,000 nats an image."""

BASE = "mlp"
PATCH = [
    (
        """    return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]
""",
        """    return (F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]).clamp(max=1000.0)
""",
    ),
]
DIAGNOSIS = "recon_cut_off"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
