"""Fills /tmp."""

BASE = "mlp"
APPEND = """
print("attack begins")
with open("/tmp/filling", "wb") as f:
    f.write(bytes(16 << 20))
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "fill memory or the disk",
    "ends": "error",
}
