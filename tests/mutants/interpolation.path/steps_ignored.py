"""Always ten frames."""

BASE = "mlp"
PATCH = [
    (
        "torch.linspace(0, 1, steps)",
        "torch.linspace(0, 1, 10)",
    ),
]
DIAGNOSIS = "frame_count"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
