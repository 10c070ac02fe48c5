"""TUNED_BETA lists all values that were tried."""

BASE = "mlp"
PATCH = [
    (
        "TUNED_BETA = 1.0",
        "TUNED_BETA = [0.0, 1.0, 10.0]",
    ),
]
DIAGNOSIS = "tuned_beta_no_weight"
ALSO = ["betas.tuned"]
