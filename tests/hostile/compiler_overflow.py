"""Gives the compiler an expression nested a hundred thousand deep."""

BASE = "mlp"
APPEND = """
print("attack begins")
eval("-" * 100_000 + "1")
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "end anything but its own process",
    "ends": "error|died",
}
