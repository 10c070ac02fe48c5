"""Leaves with exit status 0 at import, as if everything had been done."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os._exit(0)
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "count as an answer, or end the grading of others",
    "ends": "died",
}
