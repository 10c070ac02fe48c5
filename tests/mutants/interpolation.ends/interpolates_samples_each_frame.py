"""Every frame draws fresh codes."""

BASE = "conv"
PATCH = [
    (
        """        a, b = a[0], b[0]
    weights = torch.linspace(0, 1, steps).view(-1, 1)
""",
        """        a = torch.cat([model.reparameterize(*a) for _ in range(steps)])
        b = torch.cat([model.reparameterize(*b) for _ in range(steps)])
    weights = torch.linspace(0, 1, steps).view(-1, 1)
""",
    ),
]
DIAGNOSIS = "interpolates_samples"
ALSO = ["interpolation.path", "interpolation.smoothness"]
