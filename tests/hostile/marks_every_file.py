"""Watches whole file systems with fanotify, asks for quotas and swap, and for the ports of devices."""

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
    works(300, 0x200, 0)
    works(167, b"/dev/null", 0)
    works(179, 0x800007, NULL, 0, NULL)
    works(175, NULL, 0, b"")
    works(172, 3)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "watch or stop the machine",
    "ends": "answers",
}
