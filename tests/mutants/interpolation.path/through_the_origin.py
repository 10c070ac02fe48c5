"""The path makes a detour through the origin."""

BASE = "mean_mse"
PATCH = [
    (
        "torch.lerp(z0, z1, a.item())",
        "(torch.lerp(z0, z1, a.item()) * (2 * a.item() - 1) ** 2)",
    ),
]
DIAGNOSIS = None
ALSO = ["interpolation.ends", "interpolation.smoothness"]
