"""Sends a well-formed answer one byte at a time, each before any timeout of a single read."""

BASE = "mlp"
APPEND = """
import gc
import socket
import time
import wire


def decode(self, z):
    print("attack begins")
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            for byte in wire.pack({"ok": True, "info": {}, "filling": "x" * 5000}):
                thing.send(bytes([byte]))
                time.sleep(0.02)


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "timeout",
}
