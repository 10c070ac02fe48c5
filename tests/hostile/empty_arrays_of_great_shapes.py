"""Answers with thousands of arrays without an element, whose shapes multiply past every integer."""

BASE = "mlp"
APPEND = """
import gc
import json
import socket
import struct
import sys

print("attack begins")


def encode(self, x):
    frame = sys._getframe()
    while "header" not in frame.f_locals:
        frame = frame.f_back
    said = json.dumps({"nonce": frame.f_locals["header"]["nonce"], "ok": True, "info": {}}).encode()
    one = {"dtype": "F32", "shape": [0, 1 << 62, 1 << 62], "data_offsets": [0, 0]}
    table = json.dumps({f"out{i}": one for i in range(2000)}, separators=(",", ":")).encode()
    body = struct.pack("<Q", len(table)) + table
    data = struct.pack("<4sIQ", b"AEG1", len(said), len(body)) + said + body
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            thing.settimeout(None)
            thing.sendall(data)
    raise SystemExit


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "be anything but a declared error",
    "ends": "refused",
}
