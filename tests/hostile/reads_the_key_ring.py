"""Asks the kernel's key ring for the user's keys."""

BASE = "mlp"
APPEND = """
import ctypes
import os

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(250 if os.uname().machine == "x86_64" else 219, 0, -4, 1) >= 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "read the user's keys",
    "ends": "answers",
}
