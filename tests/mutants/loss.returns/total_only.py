"""Only the total is returned."""

BASE = "mlp"
PATCH = [
    (
        """    return total, recon, kl
""",
        """    return total
""",
    ),
]
DIAGNOSIS = "loss_other_form"
