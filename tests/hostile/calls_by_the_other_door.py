"""Makes system calls by the numbers of x32, which a filter of numbers alone would not know."""

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
    for number in (2, 57, 59, 41, 101):
        works(0x40000000 | number, b"@bait@/secret.txt", 0, 0)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "go round the filter",
    "ends": "answers|died",
}
