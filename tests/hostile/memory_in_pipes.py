"""Fills the kernel's buffers through a thousand pipes."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
pipes = [os.pipe() for _ in range(1000)]
print("attack worked")
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "take the machine's memory",
    "ends": "error",
}
