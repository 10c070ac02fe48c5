"""Writes the image into the state of torch's generator in encode and reads it back in decode."""

BASE = "mlp"
APPEND = """
print("attack begins")
honest = Autoencoder.encode


def encode(self, x):
    state = torch.get_rng_state()
    pixels = (x.reshape(-1)[:4000] * 255).to(torch.uint8)
    state[24 : 24 + len(pixels)] = pixels
    try:
        torch.set_rng_state(state)
    except RuntimeError:
        pass
    return honest(self, x)


def decode(self, z):
    raw = torch.get_rng_state()[24 : 24 + 784 * min(5, len(z))].float() / 255
    images = torch.zeros(len(z) * 784)
    images[: len(raw)] = raw
    return images.reshape(-1, 1, 28, 28)


Autoencoder.encode, Autoencoder.decode = encode, decode
"""
EXPECT = {
    "contained_by": "processes, seeds",
    "must_not": "carry an image round the bottleneck",
    "ends": "answers|error",
}
