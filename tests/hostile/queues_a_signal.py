"""Sends a signal through a call that is not kill."""

BASE = "mlp"
APPEND = """
import ctypes
import os

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
if libc.sigqueue(@victim@, 19, 0) == 0 or libc.syscall(234, os.getppid(), os.getppid(), 0) == 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "touch other processes",
    "ends": "answers",
}
