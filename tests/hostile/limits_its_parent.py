"""Sets the limits of the process that started it, and of the victim, to nothing."""

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
    nothing = (ctypes.c_uint64 * 2)(0, 0)
    for pid in (os.getppid(), @victim@):
        for resource in (0, 6, 7, 9):
            works(302, pid, resource, nothing, NULL)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "touch another process",
    "ends": "answers",
}
