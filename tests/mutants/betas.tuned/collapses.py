"""TUNED_BETA = 500 with sums: the KL is crushed to zero."""

BASE = "mlp"
PATCH = [
    (
        "TUNED_BETA = 1.0",
        "TUNED_BETA = 500.0",
    ),
]
DIAGNOSIS = "tuned_beta_collapses"
