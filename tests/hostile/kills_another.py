"""Kills another process of the same user."""

BASE = "mlp"
APPEND = """
import os
import signal

print("attack begins")
os.kill(@victim@, signal.SIGKILL)
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "touch other processes",
    "ends": "error",
}
