"""Returns frames and a grid of truth values, which cannot be subtracted."""

BASE = "mlp"
APPEND = """
print("attack begins")


def interpolate(model, x_start, x_end, steps):
    return torch.zeros(steps, 1, 28, 28, dtype=torch.bool)


def latent_grid(model, n=21, extent=4.0):
    return torch.zeros(n * 28, n * 28, dtype=torch.bool)
"""
EXPECT = {
    "contained_by": "observe",
    "must_not": "be taken for a fault of the grader",
    "ends": "answers",
    "earns": 64,
}
