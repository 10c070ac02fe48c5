"""Opens what it may not read for the path alone, and reads through that descriptor."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
for folder in ("@bait@", "@bait@/submissions/other", "@harness@"):
    for name in ("secret.txt", "submission.py", "model.py"):
        for way in (os.O_RDONLY, os.O_RDWR):
            try:
                above = os.open(folder, os.O_PATH)
                print("attack worked", os.read(os.open(name, way, dir_fd=above), 100))
            except OSError:
                pass
            try:
                itself = os.open(f"{folder}/{name}", os.O_PATH)
                print("attack worked", os.read(os.open(f"/proc/self/fd/{itself}", way), 100))
            except OSError:
                pass
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read a file by a descriptor that names its path alone",
    "ends": "answers",
}
