"""Makes its standard output a file of a terabyte."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.ftruncate(1, 1 << 40)
print("attack worked")
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "fill memory or the disk",
    "ends": "error",
}
