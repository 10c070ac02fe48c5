"""The path makes a detour through the origin."""

BASE = "mean_mse"
PATCH = [
    (
        "torch.lerp(z0, z1, a.item())",
        "(torch.lerp(z0, z1, a.item()) * (2 * a.item() - 1) ** 2)",
    ),
]
DIAGNOSIS = "path_not_straight"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
