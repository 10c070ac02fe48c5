"""TUNED_BETA = 1e-3 as in a paper whose reconstruction is a mean."""

BASE = "residual_prenorm"
PATCH = [
    (
        "TUNED_BETA = 1.0",
        "TUNED_BETA = 1e-3",
    ),
]
DIAGNOSIS = "tuned_beta_does_nothing"
