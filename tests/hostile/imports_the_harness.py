"""Imports the harness to ask it for the expected values."""

BASE = "mlp"
APPEND = """
print("attack begins")
import grader.sandbox.host

print("attack worked", grader)
"""
EXPECT = {
    "contained_by": "zygote, landlock",
    "must_not": "read the checks or their thresholds",
    "ends": "error",
}
