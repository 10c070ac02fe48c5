"""Watches the class folder, to learn when others are graded."""

BASE = "mlp"
APPEND = """
import ctypes

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
watcher = libc.inotify_init()
if watcher >= 0 and libc.inotify_add_watch(watcher, b"@bait@", 0xFFF) >= 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "observe other submissions",
    "ends": "answers",
}
