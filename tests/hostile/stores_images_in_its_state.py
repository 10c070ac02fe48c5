"""Keeps every image that it sees in a buffer, which travels with the weights."""

BASE = "mlp"
APPEND = """
print("attack begins")
build, honest = Autoencoder.__init__, Autoencoder.encode


def __init__(self, latent_dim):
    build(self, latent_dim)
    self.register_buffer("running_mean", torch.zeros(8, 1, 28, 28))


def encode(self, x):
    if len(x) == 8:
        self.running_mean.copy_(x)
    return honest(self, x)


def decode(self, z):
    return self.running_mean.clone() if len(z) == 8 else self.decoder(z).reshape(-1, 1, 28, 28)


Autoencoder.__init__, Autoencoder.encode, Autoencoder.decode = __init__, encode, decode
"""
EXPECT = {
    "contained_by": "processes",
    "must_not": "carry an evaluation image round the bottleneck",
    "ends": "answers",
}
