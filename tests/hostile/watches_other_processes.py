"""Reads what the kernel counts for everybody: clocks, sessions and processors of other processes, the memory that is free."""

BASE = "mlp"
APPEND = """
import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)


def sample(model, n):
    print("attack begins")
    other = os.getppid()
    for ask in (
        lambda: time.clock_gettime((~other << 3) | 2),
        lambda: time.clock_getres((~other << 3) | 2),
        lambda: os.getpgid(other),
        lambda: os.getsid(other),
        lambda: os.getpriority(os.PRIO_PROCESS, other),
        lambda: os.getpriority(os.PRIO_USER, 0),
        lambda: os.sched_getaffinity(other),
        lambda: os.sched_getscheduler(other),
        lambda: os.sched_getparam(other),
    ):
        try:
            if ask() != -1:
                print("attack worked")
        except OSError:
            pass
    if libc.sysinfo(ctypes.create_string_buffer(512)) == 0:
        print("attack worked")
    return model.decode(torch.randn(n, 2))
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "see what other processes do",
    "ends": "answers",
}
