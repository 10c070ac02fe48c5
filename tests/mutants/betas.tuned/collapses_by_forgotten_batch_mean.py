"""TUNED_BETA = 128: multiplied by the batch that the loss already divides by."""

BASE = "deep_elu"
PATCH = [
    (
        "TUNED_BETA = 1.0",
        "TUNED_BETA = 128.0",
    ),
]
DIAGNOSIS = "tuned_beta_collapses"
