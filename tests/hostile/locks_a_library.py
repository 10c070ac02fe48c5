"""Takes an exclusive lock on a file that every worker reads."""

BASE = "mlp"
APPEND = """
import fcntl

print("attack begins")
f = open(torch.__file__)
fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "hold up other processes",
    "ends": "error",
}
