"""Makes System V shared memory, semaphores and message queues, which outlive a process."""

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
    works(29, 0x1234, 1 << 20, 0o1666)
    works(64, 0x1234, 8, 0o1666)
    works(68, 0x1234, 0o1666)
    works(240, b"queue", 0o102, 0o666, NULL)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "leave something in the kernel",
    "ends": "answers",
}
