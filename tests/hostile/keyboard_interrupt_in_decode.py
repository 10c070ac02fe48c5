"""Raises KeyboardInterrupt, which many handlers let through."""

BASE = "mlp"
APPEND = """
def decode(self, z):
    print("attack begins")
    raise KeyboardInterrupt


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "interrupt the grader",
    "ends": "error",
}
