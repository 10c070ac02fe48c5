"""Takes back the request to die with its parent, and the bans on dumps, tracing and new privileges."""

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
    for option, value in ((1, 0), (4, 1), (36, 1), (38, 0), (0x59616D61, -1), (24, 0), (28, 0), (8, 1), (15 + 20, 9)):
        works(157, option, value, 0, 0, 0)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "undo its lock-down",
    "ends": "answers",
}
