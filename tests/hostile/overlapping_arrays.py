"""Writes a frame by hand in which hundreds of arrays share the same bytes."""

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
    one = {"dtype": "F32", "shape": [1 << 20], "data_offsets": [0, 4 << 20]}
    table = json.dumps({f"out{i}": one for i in range(500)}).encode()
    body = struct.pack("<Q", len(table)) + table + bytes(4 << 20)
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
    "must_not": "take more memory than was sent",
    "ends": "refused",
}
