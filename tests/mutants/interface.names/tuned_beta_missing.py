"""TUNED_BETA has another name."""

BASE = "mlp"
PATCH = [
    (
        "TUNED_BETA = 1.0",
        "BEST_BETA = 1.0",
    ),
]
DIAGNOSIS = "missing_name"
ALSO = ["betas.tuned"]
