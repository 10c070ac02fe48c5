"""Cuts its memory into as many mappings as the kernel allows, which are the kernel's to remember."""

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


print("attack begins")
size = 1 << 30
start = libc.mmap(None, ctypes.c_size_t(size), 3, 0x4022, -1, ctypes.c_long(0))
cut = 0
for place in range(start, start + size, 8192):
    if libc.mprotect(ctypes.c_void_p(place), ctypes.c_size_t(4096), 1):
        break
    cut += 1
if cut > 70_000:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "kernel",
    "must_not": "take the kernel's memory",
    "ends": "answers",
}
