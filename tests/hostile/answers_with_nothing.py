"""Answers every question with nothing, on which a grader that expects something would fail at its own expense."""

BASE = "mlp"
APPEND = """
import worker

print("attack begins")
worker.answer = lambda session, header, tensors: ({}, {})
"""
EXPECT = {
    "contained_by": "answers",
    "must_not": "be taken for a fault of the grader",
    "ends": "answers",
    "earns": 3,
}
