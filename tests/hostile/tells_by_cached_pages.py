"""Drops pages of a library from memory, asks which are there, and asks for pages of its own to be put out."""

BASE = "mlp"
APPEND = """
import ctypes
import mmap
import os

libc = ctypes.CDLL(None, use_errno=True)


def sample(model, n):
    print("attack begins")
    file = os.open(ctypes.__file__, os.O_RDONLY)
    page = mmap.mmap(-1, 4096)
    start = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    seen = ctypes.create_string_buffer(8)
    tried = [
        libc.posix_fadvise(file, ctypes.c_long(0), ctypes.c_long(0), 4),
        libc.mincore(start, ctypes.c_size_t(4096), seen),
        libc.madvise(start, ctypes.c_size_t(4096), 21),
        libc.madvise(start, ctypes.c_size_t(4096), 20),
    ]
    if 0 in tried:
        print("attack worked")
    return model.decode(torch.randn(n, 2))
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "empty the cache of the machine or look into it",
    "ends": "answers",
}
