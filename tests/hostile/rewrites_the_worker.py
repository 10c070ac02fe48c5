"""Replaces the worker's functions by ones that always report success."""

BASE = "mlp"
APPEND = """
import gc
import sys

print("attack begins")
worker = sys.modules.get("worker")
for thing in gc.get_objects():
    if type(thing).__name__ == "Session":
        thing.ops = dict.fromkeys(thing.ops, lambda args, t: ({"score": 100, "passed": True}, {}))
"""
EXPECT = {
    "contained_by": "trusted side",
    "must_not": "be taken for an answer",
    "ends": "answers|refused|error",
}
