"""Answers with as many truth values as there are bytes, each of which would be a number of four."""

BASE = "mlp"
APPEND = """
import gc
import socket
import sys

import numpy as np
import wire

print("attack begins")


def encode(self, x):
    frame = sys._getframe()
    while "header" not in frame.f_locals:
        frame = frame.f_back
    header = frame.f_locals["header"]
    info = {"changed_input": False, "meta": [], "generator_after": "", "form": ""}
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            many = np.zeros(header["bound"]["body"] - 200, bool)
            wire.send(thing, {"nonce": header["nonce"], "ok": True, "info": info}, {"out0": many})
    raise SystemExit


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "grow in the grader",
    "ends": "refused",
}
