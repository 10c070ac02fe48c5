"""Adds an audit hook, which cannot be taken out again, that objects to everything the worker does next."""

BASE = "mlp"
APPEND = """
import sys

print("attack begins")
begun = False


def hook(event, arguments):
    if begun and event.startswith(("object.", "socket.", "compile", "sys.", "import")):
        raise RuntimeError("not audited")


sys.addaudithook(hook)


def encode(self, x):
    global begun
    begun = True
    return self.encoder(x)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "stop more than its own process",
    "ends": "answers|error|died",
}
