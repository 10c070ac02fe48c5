"""Tells a text where the description of a name belongs."""

BASE = "mlp"
APPEND = """
import worker

print("attack begins")
worker.Session._name_info = lambda self, name: "x"
"""
EXPECT = {
    "contained_by": "answers",
    "must_not": "be taken for a fault of the grader",
    "ends": "answers",
    "earns": 0,
}
