"""Raises errors with halves of letters, controls, commands and no end in every part."""

BASE = "mlp"
APPEND = """
class Х(Exception):
    def __str__(self):
        return "\\ud800 \\x1b]0;x\\x07 ::error::\\u202e ##[error] \\x00" * 1000


def nothing(self, *a, **k):
    print("attack begins")
    raise Х


Autoencoder.encode = VAE.encode = nothing
"""
EXPECT = {
    "contained_by": "worker, wire",
    "must_not": "be anything but a declared error",
    "ends": "error",
}
