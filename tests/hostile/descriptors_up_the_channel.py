"""Sends open descriptors and a receipt of its credentials with the bytes of its channel."""

BASE = "mlp"
APPEND = """
import array
import gc
import os
import socket

print("attack begins")


def encode(self, x):
    fds = array.array("i", [os.open("/dev/zero", os.O_RDONLY) for _ in range(20)])
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            thing.settimeout(None)
            thing.sendmsg([b"AEG1"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    return self.encoder(x)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "leave a descriptor in the grader",
    "ends": "refused|error",
}
