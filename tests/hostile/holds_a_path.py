"""Opens the name of a secret without reading it, which Landlock does not see."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
for path in ("@bait@/secret.txt", "@bait@", "@harness@"):
    try:
        os.open(path, os.O_PATH)
        print("attack worked")
    except OSError:
        pass
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "learn that a file exists",
    "ends": "answers",
}
