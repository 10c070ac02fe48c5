"""beta divides the KL, as a temperature would."""

BASE = "deep_elu"
PATCH = [
    (
        "    return recon + beta * kl, recon, kl",
        '    return recon + kl / (beta if beta else float("inf")), recon, kl',
    ),
]
DIAGNOSIS = "beta_divides"
