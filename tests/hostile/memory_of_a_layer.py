"""Builds a layer of three gigabytes in its constructor."""

BASE = "mlp"
APPEND = """
build = VAE.__init__


def __init__(self, latent_dim):
    build(self, latent_dim)
    print("attack begins")
    self.huge = nn.Linear(784, 1_000_000)
    print("attack worked")


VAE.__init__ = __init__
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "take the machine's memory",
    "ends": "error",
}
