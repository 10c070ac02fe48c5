"""TUNED_BETA = 10 with everything averaged."""

BASE = "mean_mse"
PATCH = [
    (
        "TUNED_BETA = 0.0128",
        "TUNED_BETA = 10.0",
    ),
]
DIAGNOSIS = "tuned_beta_collapses"
