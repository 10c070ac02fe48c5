"""Attaches to its parent and to another process with ptrace."""

BASE = "mlp"
APPEND = """
import ctypes
import os

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
seize, interrupt = 0x4206, 0
for pid in (os.getppid(), @victim@):
    if libc.ptrace(seize, pid, 0, 0) == 0:
        print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "control other processes",
    "ends": "answers",
}
