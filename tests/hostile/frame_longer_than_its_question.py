"""Writes a frame of 200 MB by hand, where a few numbers were asked for."""

BASE = "mlp"
APPEND = """
import gc
import socket
import struct

print("attack begins")


def encode(self, x):
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            thing.settimeout(None)
            thing.sendall(struct.pack("<4sIQ", b"AEG1", 2, 200 << 20) + b"{}")
            for _ in range(200):
                thing.sendall(bytes(1 << 20))


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "take the grader's memory",
    "ends": "refused",
}
