"""Searches every object in its process for secrets and expected values."""

BASE = "mlp"
APPEND = """
import gc

print("attack begins")
for thing in gc.get_objects():
    if isinstance(thing, dict):
        for key, value in list(thing.items()):
            if isinstance(value, (str, bytes)) and "CANARY-" in f"{key} {value}":
                print(key, value)
"""
EXPECT = {
    "contained_by": "zygote",
    "must_not": "hold secrets",
    "ends": "answers",
}
