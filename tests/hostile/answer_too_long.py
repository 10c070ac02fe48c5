"""Names a class with a megabyte, hoping that the answer repeats it."""

BASE = "mlp"
APPEND = """
print("attack begins")
Long = type("L" * (1 << 20), (ValueError,), {})
raise Long("long")
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "fill the report",
    "ends": "error",
}
