"""Makes a process by system call number, round every library."""

BASE = "mlp"
APPEND = """
import ctypes
import os

print("attack begins")
libc = ctypes.CDLL(None)
pid = libc.syscall(56 if os.uname().machine == "x86_64" else 220, 17, 0, 0, 0, 0)
if pid == 0:
    libc.syscall(60 if os.uname().machine == "x86_64" else 93, 0)
if pid > 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "run on as a process of its own",
    "ends": "answers",
}
