"""Opens the memory of its parent process."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY)
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "read the zygote's memory",
    "ends": "error",
}
