"""Prints without end."""

BASE = "mlp"
APPEND = """
print("attack begins")
while True:
    print("x" * 10_000)
"""
EXPECT = {
    "contained_by": "zygote, host",
    "must_not": "fill memory or the disk",
    "ends": "timeout",
}
