"""Runs a regular expression of exponential time, which never lets go of the interpreter."""

BASE = "mlp"
APPEND = """
import re


def interpolate(model, x_start, x_end, steps):
    print("attack begins")
    return re.match(r"(a|aa)*$", "a" * 60 + "b")
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "timeout",
}
