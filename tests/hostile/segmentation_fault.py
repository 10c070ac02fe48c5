"""Reads address 0."""

BASE = "mlp"
APPEND = """
import ctypes


def decode(self, z):
    print("attack begins")
    ctypes.string_at(0)


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "end anything but its own process",
    "ends": "died",
}
