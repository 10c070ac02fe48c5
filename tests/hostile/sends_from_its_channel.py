"""Addresses a socket of another process from its own channel."""

BASE = "mlp"
APPEND = """
import gc
import socket

print("attack begins")
for thing in gc.get_objects():
    if isinstance(thing, socket.socket):
        thing.sendto(b"hello", "\\0@datagram@")
print("attack worked")
"""
EXPECT = {
    "contained_by": "kernel",
    "must_not": "talk to other processes",
    "ends": "error",
}
