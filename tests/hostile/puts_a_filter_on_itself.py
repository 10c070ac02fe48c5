"""Adds system call filters with a listener, and Landlock rules, to steer its own calls."""

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
    program = ctypes.create_string_buffer(16)
    works(317, 1, 8, program)
    works(317, 0, 0, NULL)
    works(444, program, 8, 0)
    works(446, 3, 0)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "steer the kernel's answers",
    "ends": "answers",
}
