"""Returns a matrix of pixels by pixels for every image of a batch as its loss."""

BASE = "mlp"
APPEND = """
print("attack begins")


def vae_loss(x_hat, x, mu, logvar, beta):
    each = torch.ones(len(x), 784, 784)
    return each, each, each
"""
EXPECT = {
    "contained_by": "worker, wire",
    "must_not": "take the grader's memory",
    "ends": "error",
    "earns": 52,
}
