"""Hoards memory in files that live in memory."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.memfd_create("hoard")
print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "take the machine's memory",
    "ends": "error",
}
