"""Asks for three gigabytes at once."""

BASE = "mlp"
APPEND = """
def encode(self, x):
    print("attack begins")
    block = bytearray(3 << 30)
    print("attack worked", len(block))


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "take the machine's memory",
    "ends": "error",
}
