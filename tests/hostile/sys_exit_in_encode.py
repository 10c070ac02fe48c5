"""Calls sys.exit from encode."""

BASE = "mlp"
APPEND = """
import sys


def encode(self, x):
    print("attack begins")
    sys.exit("everything passed")


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "count as an answer, or end the grading of others",
    "ends": "error",
}
