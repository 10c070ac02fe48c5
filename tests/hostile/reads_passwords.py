"""Reads the password file."""

BASE = "mlp"
APPEND = """
print("attack begins")
with open("/etc/passwd") as f:
    print(f.read())
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read any file of the machine",
    "ends": "error",
}
