"""Answers the next question before it is asked, with a guessed nonce."""

BASE = "mlp"
APPEND = """
import gc
import socket
import wire


def encode(self, x):
    print("attack begins")
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            wire.send(thing, {"nonce": "0" * 32, "ok": True, "info": {}})
    return self.encoder(x)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "answer a question that was not asked",
    "ends": "refused",
}
