"""Takes over descriptors of its parent through pidfd_getfd."""

BASE = "mlp"
APPEND = """
import ctypes
import os

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
pid_fd = libc.syscall(434, os.getppid(), 0)
if pid_fd >= 0 and libc.syscall(438, pid_fd, 3, 0) >= 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "reach the control socket",
    "ends": "answers",
}
