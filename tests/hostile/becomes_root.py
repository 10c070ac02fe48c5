"""Tries to change its user and to take capabilities."""

BASE = "mlp"
APPEND = """
import contextlib
import ctypes
import os

print("attack begins")
with contextlib.suppress(OSError):
    os.setresuid(0, 0, 0)
    print("attack worked")
with contextlib.suppress(OSError):
    os.setgroups([0])
    print("attack worked")
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
full = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
if ctypes.CDLL(None).capset(header, full) == 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "gain rights",
    "ends": "answers",
}
