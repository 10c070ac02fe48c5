"""Signals every process that it may (with signal 0, which does no harm)."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.kill(-1, 0)
print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "touch other processes",
    "ends": "error",
}
