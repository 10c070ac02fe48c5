"""Closes every descriptor, the channel included, and goes on running."""

BASE = "mlp"
APPEND = """
import os


def encode(self, x):
    print("attack begins")
    os.closerange(3, 64)
    while True:
        pass


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "leave the grader waiting",
    "ends": "died",
}
