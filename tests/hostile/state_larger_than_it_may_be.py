"""Registers a buffer of eighty megabytes in its models."""

BASE = "mlp"
APPEND = """
print("attack begins")
build = Autoencoder.__init__


def __init__(self, latent_dim):
    build(self, latent_dim)
    self.register_buffer("ballast", torch.zeros(80 << 20, dtype=torch.uint8))


Autoencoder.__init__ = __init__
"""
EXPECT = {
    "contained_by": "worker, wire",
    "must_not": "be kept by the grader",
    "ends": "error",
}
