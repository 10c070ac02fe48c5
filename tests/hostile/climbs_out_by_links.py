"""Reaches files through /proc/self/root, /proc/self/cwd and dots."""

BASE = "mlp"
APPEND = """
import contextlib

print("attack begins")
for start in ("/proc/self/root", "/proc/self/cwd", "/proc/1/root", "../../..", "/usr/lib/../.."):
    with contextlib.suppress(OSError):
        print(open(start + "@bait@/secret.txt").read())
        print("attack worked")
    with contextlib.suppress(OSError):
        print(open(start + "/etc/hostname").read())
        print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read any file of the machine",
    "ends": "answers",
}
