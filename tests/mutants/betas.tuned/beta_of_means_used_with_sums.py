"""TUNED_BETA = 1 / 784 is meant for a mean over pixels; the loss sums."""

BASE = "conv_batchnorm"
PATCH = [
    (
        "TUNED_BETA = 1.0",
        "TUNED_BETA = 1 / 784",
    ),
]
DIAGNOSIS = "tuned_beta_does_nothing"
