"""Writes a program into an anonymous file and executes the descriptor."""

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
    fd = works(319, b"program", 1)
    empty = (ctypes.c_char_p * 1)(None)
    works(322, 1, b"", empty, empty, 0x1000)
    works(59, b"/usr/bin/true", empty, empty)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "start a program",
    "ends": "answers",
}
