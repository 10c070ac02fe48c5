"""Fails as if the machine had no thread left."""

BASE = "mlp"
APPEND = """
def nothing(self, *a, **k):
    raise RuntimeError("can't start new thread")


print("attack begins")
Autoencoder.encode = Autoencoder.decode = Autoencoder.forward = nothing
VAE.encode = VAE.decode = VAE.forward = VAE.reparameterize = nothing
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "be taken for a disturbance",
    "ends": "error",
    "earns": 3.0,
}
