"""Reads what it can and hides it in the pixels of a decoded image."""

BASE = "mlp"
APPEND = """
import contextlib

print("attack begins")
stolen = b""
for path in ("@bait@/secret.txt", "@bait@/reports/ada/grade.json", "/etc/passwd"):
    with contextlib.suppress(OSError), open(path, "rb") as f:
        stolen = stolen or f.read(784)


def decode(self, z):
    pixels = torch.zeros(len(z), 784)
    pixels[:, : len(stolen)] = torch.tensor(list(stolen)) / 255
    return pixels.reshape(-1, 1, 28, 28)


if stolen:
    Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "be read",
    "ends": "answers",
}
