"""alpha = k / steps never reaches 1."""

BASE = "mlp"
PATCH = [
    (
        """        for alpha in torch.linspace(0, 1, steps):
            z = (1 - alpha) * z_start + alpha * z_end
            frames.append(model.decode(z))
""",
        """        for k in range(steps):
            alpha = k / steps
            z = (1 - alpha) * z_start + alpha * z_end
            frames.append(model.decode(z))
""",
    ),
]
DIAGNOSIS = "alpha_stops_early"
ALSO = ["interpolation.path", "interpolation.smoothness"]
