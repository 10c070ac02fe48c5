"""Makes the file of its output a terabyte long, moves its end and maps it."""

BASE = "mlp"
APPEND = """
import mmap
import os

print("attack begins")
for size in (1 << 40, 1 << 30, (1 << 20) + 1):
    try:
        os.ftruncate(1, size)
        print("attack worked")
    except OSError:
        pass
os.ftruncate(1, 1 << 20)
with mmap.mmap(1, 1 << 20) as pages:
    pages[:] = b"x" * len(pages)
os.lseek(1, 1 << 50, 0)
try:
    os.write(1, b"attack worked")
except OSError:
    pass
os.lseek(1, 0, 0)
os.write(1, b"attack begins")
"""
EXPECT = {
    "contained_by": "rlimits, host",
    "must_not": "make the grader read or keep a long file",
    "ends": "answers",
}
