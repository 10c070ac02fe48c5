"""Unshares and joins namespaces, changes its root, and takes trees of mounts by the new calls."""

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
    for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x02000000, 0x80):
        works(272, flag)
    works(308, 0, 0)
    works(161, b"/tmp")
    works(430, b"tmpfs", 0)
    works(428, -100, b"/", 1)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "get out of the room it is in",
    "ends": "answers",
}
