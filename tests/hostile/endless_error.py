"""Raises an error with a message of fifty megabytes."""

BASE = "mlp"
APPEND = """
def encode(self, x):
    print("attack begins")
    raise ValueError("x" * (50 << 20))


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "fill the report",
    "ends": "error",
}
