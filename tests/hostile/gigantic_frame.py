"""Announces a frame of sixteen exabytes."""

BASE = "mlp"
APPEND = """
import gc
import socket


def encode(self, x):
    print("attack begins")
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            thing.sendall(b"AEG1" + b"\\xff" * 12)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "take the grader's memory",
    "ends": "refused",
}
