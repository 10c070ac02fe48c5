"""Answers with thousands of arrays of no length, with names that are taken twice and with a table of its own."""

BASE = "mlp"
APPEND = """
import os
import stat

CHANNELS = []
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            CHANNELS.append(fd)
    except OSError:
        pass

import json
import struct


def encode(self, x):
    print("attack begins")
    table = b'{"__metadata__":{"a":"b"},' + b",".join(
        b'"out%d":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]}' % (n % 50) for n in range(60)) + b"}"
    table += b" " * (-len(table) % 8)
    head = json.dumps({"ok": True, "info": {}, "nonce": "0" * 32}).encode()
    body = struct.pack("<Q", len(table)) + table
    for fd in CHANNELS:
        os.write(fd, b"AEG1" + struct.pack("<IQ", len(head), len(body)) + head + body)
    return self.encoder(x)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "be anything but a declared error",
    "ends": "refused",
}
