"""Replaces its own process by another program."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.execv("/bin/sh", ["sh", "-c", "echo attack worked"])
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "run other programs",
    "ends": "error",
}
