"""Leaves with the exit status that a shell gives for SIGKILL, and with those of the sandbox itself."""

BASE = "mlp"
APPEND = """
import os

CODES = iter((137, 77, 78, 1))


def encode(self, x):
    print("attack begins")
    print("MemoryError: std::bad_alloc", flush=True)
    os._exit(next(CODES))


Autoencoder.encode = VAE.encode = encode
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "be taken for somebody else's doing",
    "ends": "died",
    "earns": 47.0,
}
