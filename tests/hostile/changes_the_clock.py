"""Sets the time and the name of the machine, to what they are."""

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
    import time

    now = (ctypes.c_int64 * 2)(int(time.time()), 0)
    works(227, 0, now)
    works(164, now, NULL)
    works(170, platform.node().encode(), len(platform.node()))
    works(222, 1, NULL, ctypes.byref(ctypes.c_int()))
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "change the machine",
    "ends": "answers",
}
