"""Computes an integer of a billion digits in one instruction."""

BASE = "mlp"
APPEND = """
print("attack begins")
x = 7 ** (7**11)
"""
EXPECT = {
    "contained_by": "host, rlimits",
    "must_not": "hold up the grader",
    "ends": "timeout|error",
}
