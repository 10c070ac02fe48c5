"""Opens performance counters and loads a program into the kernel."""

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
    attributes = ctypes.create_string_buffer(128)
    attributes[4] = 128
    works(298, attributes, 0, -1, -1, 0)
    works(298, attributes, -1, 0, -1, 0)
    works(321, 5, attributes, 128)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "measure or program the machine",
    "ends": "answers",
}
