"""Answers every question with as many numbers as it may, in float64."""

BASE = "mlp"
APPEND = """
import sys

print("attack begins")


def numbers():
    frame = sys._getframe()
    while "header" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["header"]["bound"]["numbers"]


def sample(model, n):
    return torch.rand(64, (numbers() - 100_000) // 64, dtype=torch.float64)


def interpolate(model, x_start, x_end, steps):
    return torch.rand(steps, (numbers() - 100_000) // steps, dtype=torch.float64)


def latent_grid(model, n=21, extent=4.0):
    return torch.rand(numbers() - 100_000, dtype=torch.float64)


def vae_loss(x_hat, x, mu, logvar, beta):
    each = F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="none").double()
    return each + 0 * mu.sum(), each, each
"""
EXPECT = {
    "contained_by": "answers, observe",
    "must_not": "fill the grader's memory or its disk",
    "ends": "answers|error",
    "earns": 52,
}
