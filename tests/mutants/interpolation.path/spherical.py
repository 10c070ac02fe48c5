"""Spherical interpolation in place of linear."""

BASE = "conv"
PATCH = [
    (
        """    codes = a * (1 - weights) + b * weights
""",
        """    cosine = nn.functional.cosine_similarity(a, b, dim=1).clamp(-0.999, 0.999)
    omega = torch.acos(cosine)
    codes = torch.sin((1 - weights) * omega) * a + torch.sin(weights * omega) * b
    codes = codes / torch.sin(omega)
""",
    ),
]
DIAGNOSIS = "path_not_straight"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
