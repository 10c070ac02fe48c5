"""Opens /proc/self/mem to write over code that is mapped read-only."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
for path in ("/proc/self/mem", "/proc/thread-self/mem", "/proc/self/clear_refs", "/proc/self/oom_score_adj", "/proc/self/comm"):
    try:
        os.close(os.open(path, os.O_RDWR))
        print("attack worked", path)
    except OSError:
        pass
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "open its memory as a file",
    "ends": "answers",
}
