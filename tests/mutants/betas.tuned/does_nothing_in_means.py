"""TUNED_BETA = 1e-7 with a mean over pixels."""

BASE = "conv"
PATCH = [
    (
        "TUNED_BETA = 1 / 784  #",
        "TUNED_BETA = 1e-7  #",
    ),
]
DIAGNOSIS = "tuned_beta_does_nothing"
