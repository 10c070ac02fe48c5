"""Sends a pickle that runs a command where it is loaded."""

BASE = "mlp"
APPEND = """
import gc
import os
import pickle
import socket


def encode(self, x):
    class Bomb:
        def __reduce__(self):
            return os.system, ("touch @bait@/exploded",)

    print("attack begins")
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            thing.sendall(pickle.dumps(Bomb()) * 10)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "run anything in the grader",
    "ends": "refused",
}
