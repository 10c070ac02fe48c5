"""Prints its environment, where tokens often are."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
print(dict(os.environ))
"""
EXPECT = {
    "contained_by": "zygote",
    "must_not": "hold secrets",
    "ends": "answers",
}
