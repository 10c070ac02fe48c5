"""No pixel costs more than three nats."""

BASE = "conv"
PATCH = [
    (
        """bce = nn.BCELoss()


def ae_loss(x_hat, x):
    return bce(x_hat, x)
""",
        """bce = nn.BCELoss()


def ae_loss(x_hat, x):
    return bce(x_hat, x)


def capped(x_hat, x):
    return nn.functional.binary_cross_entropy(x_hat, x, reduction="none").clamp(max=3.0).mean()
""",
    ),
    (
        """    recon = bce(x_hat, x)
""",
        """    recon = capped(x_hat, x)
""",
    ),
]
DIAGNOSIS = "recon_cut_off"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
ALSO_DIAGNOSIS = ["recon_values_clamped"]
