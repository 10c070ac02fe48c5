"""Reads a library past the cache, so that every read waits for the disk and counts as held by the kernel."""

BASE = "mlp"
APPEND = """
import fcntl
import os

print("attack begins")
for flags in (os.O_DIRECT, 0):
    try:
        fd = os.open(os.__file__, os.O_RDONLY | flags)
        if not flags:
            fcntl.fcntl(fd, fcntl.F_SETFL, os.O_DIRECT)
        print("attack worked")
    except OSError:
        pass
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "wait for the disk as often as it likes",
    "ends": "answers",
}
