"""TUNED_BETA = 1 with a mean over pixels is 784 in nats."""

BASE = "conv"
PATCH = [
    (
        "TUNED_BETA = 1 / 784  #",
        "TUNED_BETA = 1.0  #",
    ),
]
DIAGNOSIS = "tuned_beta_collapses"
