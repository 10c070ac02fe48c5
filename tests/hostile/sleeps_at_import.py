"""Sleeps for an hour at import."""

BASE = "mlp"
APPEND = """
import time

print("attack begins")
time.sleep(3600)
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "timeout",
}
