"""Shuts down its sending half of the channel and waits."""

BASE = "mlp"
APPEND = """
import gc
import socket
import time

print("attack begins")
for thing in gc.get_objects():
    if isinstance(thing, socket.socket):
        thing.shutdown(socket.SHUT_WR)
time.sleep(3600)
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "leave the grader waiting",
    "ends": "died",
}
