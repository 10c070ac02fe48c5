"""Opens the harness's source for writing."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.close(os.open("@harness@/worker.py", os.O_WRONLY))
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "change the harness",
    "ends": "error",
}
