"""Decodes a batch of no codes, so that there are codes but none to test, and returns black images."""

BASE = "mlp"
APPEND = """
print("attack begins")


def sample(model, n):
    model.decode(torch.zeros(0, model.latent_dim))
    return torch.zeros(n, 1, 28, 28)
"""
EXPECT = {
    "contained_by": "checks",
    "must_not": "pass for a draw from the prior",
    "ends": "answers",
    "earns": 67,
}
