"""The images themselves are blended."""

BASE = "mlp"
PATCH = [
    (
        """        for alpha in torch.linspace(0, 1, steps):
            z = (1 - alpha) * z_start + alpha * z_end
            frames.append(model.decode(z))
""",
        """        for alpha in torch.linspace(0, 1, steps):
            frames.append((1 - alpha) * x_start + alpha * x_end)
""",
    ),
]
DIAGNOSIS = "interpolates_pixels"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
