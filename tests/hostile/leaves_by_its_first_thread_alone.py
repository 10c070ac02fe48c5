"""Hangs up and lets its first thread leave, so that it looks as if it were ending for ever."""

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
import stat

CHANNELS = []
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            CHANNELS.append(fd)
    except OSError:
        pass

import threading
import time


def sample(model, n):
    print("attack begins")
    threading.Thread(target=time.sleep, args=(1e6,)).start()
    for fd in CHANNELS:
        os.close(fd)
    call(60, 93, 0)
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold its zygote up",
    "ends": "died",
}
