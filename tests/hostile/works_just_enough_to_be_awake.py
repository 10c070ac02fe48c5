"""Sleeps in short naps with a little work between them, a share of the processor below that of somebody awake."""

BASE = "mlp"
APPEND = """
import time

print("attack begins")


def decode(self, z):
    while True:
        time.sleep(0.05)
        sum(range(1000))


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "timeout",
}
