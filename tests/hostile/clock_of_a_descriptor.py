"""Asks the clocks of descriptors, of the processor's counters and of other processes, and waits by them."""

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

print("attack begins")
moment = (ctypes.c_long * 2)(0, 1000)
for clock in (~3 << 3 | 3, ~os.getppid() << 3 | 2, ~1 << 3 | 2, ~os.getppid() << 3 | 6, ~@victim@ << 3 | 0):
    for x86, arm, rest in ((228, 113, (ctypes.byref(moment),)), (230, 115, (0, ctypes.byref(moment), None))):
        if call(x86, arm, ctypes.c_int(clock), *rest) != -1:
            print("attack worked")
for x86, arm in ((222, 107), (283, 85), (305, 266), (298, 241), (434, 434), (282, 74)):
    if call(x86, arm, 0, 0, 0, 0, 0) != -1:
        print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "measure anybody else or make kernel objects that wait",
    "ends": "answers",
}
