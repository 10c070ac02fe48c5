"""Reads the command line and the environment of another process."""

BASE = "mlp"
APPEND = """
print("attack begins")
for name in ("cmdline", "environ"):
    with open(f"/proc/@victim@/{name}") as f:
        print(f.read())
    print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read other processes",
    "ends": "error",
}
