"""Reads a file whose exact path it knows and that is open to everybody."""

BASE = "mlp"
APPEND = """
print("attack begins")
with open("@bait@/secret.txt") as f:
    print(f.read())
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read any file of the machine",
    "ends": "error",
}
