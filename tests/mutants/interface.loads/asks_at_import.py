"""Asks for the number of epochs on the keyboard at import."""

BASE = "mlp"
PATCH = [
    (
        """TUNED_BETA = 1.0
""",
        """TUNED_BETA = 1.0
EPOCHS = int(input("How many epochs? "))
""",
    ),
]
DIAGNOSIS = "input_on_import"
