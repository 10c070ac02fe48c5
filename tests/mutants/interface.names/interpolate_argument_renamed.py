"""interpolate calls its last argument n_steps."""

BASE = "conv"
PATCH = [
    (
        "def interpolate(model, x_start, x_end, steps):",
        "def interpolate(model, x_start, x_end, n_steps):",
    ),
    (
        "torch.linspace(0, 1, steps)",
        "torch.linspace(0, 1, n_steps)",
    ),
]
DIAGNOSIS = "wrong_signature"
