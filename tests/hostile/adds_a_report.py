"""Makes a folder with a report of its own."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.makedirs("@bait@/reports/mine")
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "change any file",
    "ends": "error",
}
