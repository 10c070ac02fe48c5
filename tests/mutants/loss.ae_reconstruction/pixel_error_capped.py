"""In ae_loss no pixel costs more than two nats."""

BASE = "mlp"
PATCH = [
    (
        """    return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]
""",
        """    return F.binary_cross_entropy(x_hat, x, reduction="none").clamp(max=2.0).sum() / x.shape[0]
""",
    ),
]
DIAGNOSIS = "recon_cut_off"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
ALSO_DIAGNOSIS = ["recon_values_clamped"]
