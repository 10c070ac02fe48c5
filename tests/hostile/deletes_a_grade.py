"""Deletes another student's grade."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.unlink("@bait@/reports/ada/grade.json")
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "change any file",
    "ends": "error",
}
