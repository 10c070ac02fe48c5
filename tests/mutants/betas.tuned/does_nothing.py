"""TUNED_BETA = 1e-5 with sums over everything."""

BASE = "sum_sse"
PATCH = [
    (
        "TUNED_BETA = 0.5",
        "TUNED_BETA = 1e-5",
    ),
]
DIAGNOSIS = "tuned_beta_does_nothing"
