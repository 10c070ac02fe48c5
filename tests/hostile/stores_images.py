"""Keeps the images that encode saw and returns them from decode."""

BASE = "mlp"
APPEND = """
print("attack begins")
seen = []
honest = Autoencoder.encode


def encode(self, x):
    seen.append(x.clone())
    return honest(self, x)


def decode(self, z):
    return seen[-1] if seen and len(seen[-1]) == len(z) else self.decoder(z).reshape(-1, 1, 28, 28)


Autoencoder.encode, Autoencoder.decode = encode, decode
"""
EXPECT = {
    "contained_by": "processes",
    "must_not": "carry an image round the bottleneck",
    "ends": "answers",
}
