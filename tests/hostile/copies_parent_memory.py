"""Copies memory of other processes with process_vm_readv."""

BASE = "mlp"
APPEND = """
import ctypes
import os

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
here = ctypes.create_string_buffer(64)
pair = (ctypes.c_void_p * 2)(ctypes.addressof(here), 64)
for pid in (os.getppid(), @victim@):
    if libc.process_vm_readv(pid, pair, 1, pair, 1, 0) > 0:
        print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "read other processes",
    "ends": "answers",
}
