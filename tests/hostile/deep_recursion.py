"""Recurses without a limit until the C stack overflows."""

BASE = "mlp"
APPEND = """
import sys


def forward(self, x):
    print("attack begins")
    sys.setrecursionlimit(10**9)
    deep = lambda n: repr(type("Deep", (), {"__repr__": lambda s: deep(n + 1)})())
    return deep(0)


VAE.forward = forward
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "end anything but its own process",
    "ends": "died",
}
