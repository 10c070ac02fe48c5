"""Writes to standard output round Python, 64 megabytes."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
for _ in range(1024):
    os.write(1, b"y" * 65536)
raise RuntimeError("attack worked")
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "fill memory or the disk",
    "ends": "error",
}
