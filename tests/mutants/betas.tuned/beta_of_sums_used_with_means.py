"""TUNED_BETA = 1 is meant for sums; the loss takes means of both terms."""

BASE = "half_mse_means"
PATCH = [
    (
        "TUNED_BETA = 0.0064",
        "TUNED_BETA = 1.0",
    ),
]
DIAGNOSIS = "tuned_beta_collapses"
