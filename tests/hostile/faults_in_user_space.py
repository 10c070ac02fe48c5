"""Opens userfaultfd, with which a thread can hold the kernel in a page fault."""

BASE = "mlp"
APPEND = """
import ctypes
import os
import platform

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
NULL = ctypes.c_void_p(0)


def works(*call):
    done = libc.syscall(*(ctypes.c_long(c) if isinstance(c, int) else c for c in call))
    if done >= 0:
        print("attack worked", call[0], done)
    return done


if platform.machine() == "x86_64":
    for flags in (0, 1, 0o2000000):
        works(323, flags)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "hold the kernel up",
    "ends": "answers",
}
