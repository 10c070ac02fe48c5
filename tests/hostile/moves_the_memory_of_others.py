"""Moves, advises and compares the memory of its parent and of the victim."""

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
    for pid in (os.getppid(), @victim@):
        works(256, pid, 64, NULL, NULL)
        works(279, pid, 0, NULL, NULL, NULL, 0)
        works(312, os.getpid(), pid, 0, 0, 0)
        pidfd = works(434, pid, 0)
        works(440, 5, NULL, 0, 20, 0)
        works(424, 5, 0, NULL, 0)
        works(438, 5, 0, 0)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "touch another process",
    "ends": "answers",
}
