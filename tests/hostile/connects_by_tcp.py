"""Connects to a server on this machine."""

BASE = "mlp"
APPEND = """
import socket


def encode(self, x):
    print("attack begins")
    socket.create_connection(("127.0.0.1", @tcp@), timeout=1)
    print("attack worked")


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "reach anything over a network",
    "ends": "error",
}
