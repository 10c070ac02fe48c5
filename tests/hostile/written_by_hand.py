"""Writes a well-formed answer to the channel itself, and lets the worker write another."""

BASE = "mlp"
APPEND = """
import gc
import socket
import sys
import wire


def encode(self, x):
    print("attack begins")
    frame = sys._getframe()
    while "header" not in frame.f_locals:
        frame = frame.f_back
    answer = {"nonce": frame.f_locals["header"]["nonce"], "ok": True, "info": {}}
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            wire.send(thing, answer, {"out0": torch.zeros(len(x), 2).numpy()})
    return torch.ones(len(x), 2)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "answer a question twice",
    "ends": "refused",
}
