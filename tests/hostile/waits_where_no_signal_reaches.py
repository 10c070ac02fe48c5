"""Waits for the other processors again and again, in a sleep that looks as if the kernel held it."""

BASE = "mlp"
APPEND = """
import ctypes
import platform

X86 = platform.machine() == "x86_64"
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p


def call(x86, arm, *arguments):
    ctypes.set_errno(0)
    done = libc.syscall(x86 if X86 else arm, *arguments)
    return done if done >= 0 else -ctypes.get_errno()


import time

print("attack begins")
began = time.process_time()
end = time.monotonic() + 15
while time.monotonic() < end and call(324, 283, 1, 0) == 0:
    pass
if time.monotonic() >= end and time.process_time() - began < 0.2:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "last longer than sixty times its processor time",
    "ends": "answers",
}
