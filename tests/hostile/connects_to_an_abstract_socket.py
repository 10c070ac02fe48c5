"""Connects to a socket that has a name but no file."""

BASE = "mlp"
APPEND = """
import socket

print("attack begins")
with socket.socket(socket.AF_UNIX) as s:
    s.connect("\\0@stream@")
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "talk to other processes",
    "ends": "error",
}
