"""Images are blended first and each blend is encoded and decoded."""

BASE = "mlp"
PATCH = [
    (
        """        for alpha in torch.linspace(0, 1, steps):
            z = (1 - alpha) * z_start + alpha * z_end
            frames.append(model.decode(z))
""",
        """        for alpha in torch.linspace(0, 1, steps):
            x = (1 - alpha) * x_start + alpha * x_end
            frames.append(model.decode(encode_point(model, x)))
""",
    ),
]
DIAGNOSIS = "path_not_straight"
ALSO = ["interpolation.ends", "interpolation.smoothness"]
