"""Opens every descriptor it may and then goes on, so that nothing of its own can be opened."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
held = []
try:
    while True:
        held.extend(os.pipe())
except OSError:
    held.append(os.dup(1)) if False else None
"""
EXPECT = {
    "contained_by": "limits",
    "must_not": "take descriptors from anybody else",
    "ends": "answers|error",
}
