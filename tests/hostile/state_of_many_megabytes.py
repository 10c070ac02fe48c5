"""Registers buffers that make its state as large as an answer may be, model after model."""

BASE = "mlp"
APPEND = """
print("attack begins")
build = Autoencoder.__init__


def __init__(self, latent_dim):
    build(self, latent_dim)
    self.register_buffer("ballast", torch.zeros(12 << 20, dtype=torch.uint8))


Autoencoder.__init__ = __init__
"""
EXPECT = {
    "contained_by": "host, observe",
    "must_not": "be kept by the grader",
    "ends": "answers",
}
