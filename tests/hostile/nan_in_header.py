"""Answers with numbers that are not JSON."""

BASE = "mlp"
APPEND = """
import gc
import socket
import struct


def encode(self, x):
    print("attack begins")
    text = b'{"ok": true, "info": {"score": NaN, "max": Infinity}}'
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            thing.sendall(b"AEG1" + struct.pack("<IQ", len(text), 0) + text)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "bring NaN into a grade",
    "ends": "refused",
}
