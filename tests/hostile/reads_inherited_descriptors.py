"""Looks for descriptors that its parent forgot to close."""

BASE = "mlp"
APPEND = """
import contextlib
import os

print("attack begins")
found = []
for fd in range(3, 1024):
    with contextlib.suppress(OSError):
        os.fstat(fd)
        found.append(fd)
if len(found) > 1:
    print("attack worked", found)
"""
EXPECT = {
    "contained_by": "zygote",
    "must_not": "inherit more than its channel",
    "ends": "answers",
}
