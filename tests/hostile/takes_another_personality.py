"""Switches address randomisation off and asks for readable means executable."""

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
    works(135, 0x0040000)
    works(135, 0x0400000)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "change how memory is laid out",
    "ends": "answers",
}
