"""Makes a namespace of its own, in which it would be root."""

BASE = "mlp"
APPEND = """
import ctypes

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
new_user, new_mount = 0x10000000, 0x00020000
if libc.unshare(new_user | new_mount) == 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "gain rights",
    "ends": "answers",
}
