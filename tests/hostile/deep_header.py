"""Answers with JSON nested so deep that a parser overflows."""

BASE = "mlp"
APPEND = """
import gc
import socket
import struct


def encode(self, x):
    print("attack begins")
    text = b'{"a":' + b"[" * 60000 + b"]}"
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            thing.sendall(b"AEG1" + struct.pack("<IQ", len(text), 0) + text)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "crash the grader",
    "ends": "refused",
}
