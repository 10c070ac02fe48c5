"""TUNED_BETA = 100 under the absolute error."""

BASE = "l1_sum"
PATCH = [
    (
        "TUNED_BETA = 0.7",
        "TUNED_BETA = 100.0",
    ),
]
DIAGNOSIS = "tuned_beta_collapses"
