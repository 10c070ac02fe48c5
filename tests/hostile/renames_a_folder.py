"""Moves another student's submission away."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.rename("@bait@/submissions/other", "@bait@/submissions/gone")
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "change any file",
    "ends": "error",
}
