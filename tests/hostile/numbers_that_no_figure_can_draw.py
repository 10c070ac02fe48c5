"""Encodes many images at once to numbers so large that their squares are infinite."""

BASE = "mlp"
APPEND = """
print("attack begins")


def big(encode):
    def encoded(self, x):
        out = encode(self, x)
        if torch.is_grad_enabled() or len(x) <= 128:
            return out
        return out * 1e30 if not isinstance(out, tuple) else (out[0] * 1e30, out[1] * 1e5)

    return encoded


Autoencoder.encode, VAE.encode = big(Autoencoder.encode), big(VAE.encode)
"""
EXPECT = {
    "contained_by": "classroom",
    "must_not": "end the grading of the others",
    "ends": "answers",
}
