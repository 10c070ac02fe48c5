"""Has the kernel write a library back to the disk, which waits for whatever the machine is writing."""

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


import mmap
import os

print("attack begins")
fd = os.open(os.__file__, os.O_RDONLY)
page = libc.mmap(None, ctypes.c_size_t(4096), 1, 1, fd, ctypes.c_long(0))
if call(26, 227, ctypes.c_void_p(page), ctypes.c_size_t(4096), 4) == 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "wait for the disk as often as it likes",
    "ends": "answers",
}
