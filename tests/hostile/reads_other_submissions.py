"""Walks through the folder of the class for other submissions to copy."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
for folder, _, files in os.walk("@bait@"):
    for name in files:
        print(open(os.path.join(folder, name)).read())
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read other submissions",
    "ends": "answers",
}
