"""Lets threads end whose list of robust locks is a circle."""

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


import threading

heads = []


def leave():
    head = (ctypes.c_ulong * 6)()
    start = ctypes.addressof(head)
    head[0], head[1], head[2] = start + 24, 0, start + 24
    head[3] = start + 32  # the first lock's next is the second, whose next is the first
    head[4] = start + 24
    heads.append(head)
    call(273, 99, ctypes.byref(head), ctypes.c_size_t(24))


print("attack begins")
for _ in range(200):
    thread = threading.Thread(target=leave)
    thread.start()
    thread.join()
"""
EXPECT = {
    "contained_by": "kernel",
    "must_not": "keep the kernel busy after its threads",
    "ends": "answers",
}
