"""Fills /dev/shm through the library made for it."""

BASE = "mlp"
APPEND = """
from multiprocessing import shared_memory

print("attack begins")
block = shared_memory.SharedMemory(create=True, size=16 << 20)
block.buf[:] = bytes(16 << 20)
block.unlink()
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "fill memory or the disk",
    "ends": "error",
}
