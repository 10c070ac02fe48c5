"""Maps three gigabytes of shared memory, which no heap limit sees."""

BASE = "mlp"
APPEND = """
import mmap

print("attack begins")
mmap.mmap(-1, 3 << 30)
print("attack worked")
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "take the machine's memory",
    "ends": "error",
}
