"""Inflates a few kilobytes to three gigabytes in memory."""

BASE = "mlp"
APPEND = """
import zlib


def encode(self, x):
    print("attack begins")
    small = zlib.compress(bytes(1 << 25))
    pieces = [zlib.decompress(small, bufsize=1 << 25) for _ in range(96)]
    print("attack worked", len(pieces))


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "take the machine's memory",
    "ends": "error",
}
