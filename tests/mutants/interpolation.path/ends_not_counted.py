"""steps frames are put between the ends, so there are two more."""

BASE = "sum_sse"
PATCH = [
    (
        "torch.linspace(0, 1, steps)[:, None]",
        "torch.linspace(0, 1, steps + 2)[:, None]",
    ),
    (
        "alpha * z_end).reshape(steps, 1, 28, 28)",
        "alpha * z_end).reshape(-1, 1, 28, 28)",
    ),
]
DIAGNOSIS = "frame_count"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
