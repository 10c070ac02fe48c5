"""TUNED_BETA is negative."""

BASE = "mean_mse"
PATCH = [
    (
        "TUNED_BETA = 0.0128",
        "TUNED_BETA = -0.0128",
    ),
]
DIAGNOSIS = "tuned_beta_no_weight"
ALSO = []
