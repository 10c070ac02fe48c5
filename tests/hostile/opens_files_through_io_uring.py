"""Sets up io_uring, whose operations no system call filter sees."""

BASE = "mlp"
APPEND = """
import ctypes

print("attack begins")
libc = ctypes.CDLL(None, use_errno=True)
parameters = ctypes.create_string_buffer(120)
if libc.syscall(425, 4, parameters) >= 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "go round the filter",
    "ends": "answers",
}
