"""Loops in __del__ and at exit, after its work seems done."""

BASE = "mlp"
APPEND = """
import atexit


class Sticky:
    def __del__(self):
        while True:
            pass


def linger():
    while True:
        pass


print("attack begins")
atexit.register(linger)
sticky = Sticky()
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "answers",
}
