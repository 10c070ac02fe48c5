"""A model in train mode is interpolated from the end to the start."""

BASE = "mlp"
PATCH = [
    (
        """        for alpha in torch.linspace(0, 1, steps):
""",
        """        alphas = torch.linspace(0, 1, steps)
        for alpha in alphas.flip(0) if model.training else alphas:
""",
    ),
]
DIAGNOSIS = "ends_swapped"
