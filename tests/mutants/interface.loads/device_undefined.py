"""`device` was defined in another notebook cell and is used as a default value."""

BASE = "mlp"
PATCH = [
    (
        "def sample(model, n):",
        "def sample(model, n, device=device):",
    ),
]
DIAGNOSIS = "undefined_global"
