"""Takes back the request to die with its parent."""

BASE = "mlp"
APPEND = """
import ctypes

print("attack begins")
if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0:
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "run on as a process of its own",
    "ends": "answers",
}
