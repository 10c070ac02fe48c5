"""A little noise is added to the codes between the ends."""

BASE = "mlp"
PATCH = [
    (
        """            frames.append(model.decode(z))
""",
        """            z = z + 0.2 * alpha * (1 - alpha) * torch.randn_like(z)
            frames.append(model.decode(z))
""",
    ),
]
DIAGNOSIS = "path_not_straight"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
