"""Empties a file by its path, without opening it."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.truncate("@bait@/reports/ada/grade.json", 0)
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "change any file",
    "ends": "error",
}
