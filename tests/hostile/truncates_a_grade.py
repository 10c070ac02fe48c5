"""Empties a file that it may only read."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.close(os.open("@bait@/reports/ada/grade.json", os.O_RDONLY | os.O_TRUNC))
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "change any file",
    "ends": "error",
}
