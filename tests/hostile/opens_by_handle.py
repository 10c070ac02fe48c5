"""Asks for file handles and opens them, which goes by inode and round every path."""

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
    handle = ctypes.create_string_buffer(160)
    handle[0] = 128
    mount = ctypes.c_int()
    works(303, -100, b"@bait@/secret.txt", handle, ctypes.byref(mount), 0)
    works(304, -100, handle, 0)
    works(300, 0, 0)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "open a file by its number",
    "ends": "answers",
}
