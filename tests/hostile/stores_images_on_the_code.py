"""Hangs the image on the code tensor as an attribute."""

BASE = "mlp"
APPEND = """
print("attack begins")
honest = Autoencoder.encode


def encode(self, x):
    z = honest(self, x)
    z.image = x.clone()
    return z


def decode(self, z):
    return z.image if hasattr(z, "image") else self.decoder(z).reshape(-1, 1, 28, 28)


Autoencoder.encode, Autoencoder.decode = encode, decode
"""
EXPECT = {
    "contained_by": "wire, processes",
    "must_not": "carry an image round the bottleneck",
    "ends": "answers",
}
