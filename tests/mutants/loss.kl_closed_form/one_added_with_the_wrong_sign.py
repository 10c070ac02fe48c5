"""1 is added where it is subtracted."""

BASE = "half_mse_means"
PATCH = [
    (
        "    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).mean()",
        "    kl = 0.5 * (mu**2 + logvar.exp() + 1 - logvar).mean()",
    ),
]
DIAGNOSIS = "kl_one_sign"
