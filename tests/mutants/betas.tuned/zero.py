"""TUNED_BETA = 0 is an autoencoder with extra steps."""

BASE = "mlp"
PATCH = [
    (
        "TUNED_BETA = 1.0",
        "TUNED_BETA = 0.0",
    ),
]
DIAGNOSIS = "tuned_beta_does_nothing"
