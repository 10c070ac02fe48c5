"""Runs bytecode that the compiler would never write."""

BASE = "mlp"
APPEND = """
def function():
    pass


print("attack begins")
function.__code__ = function.__code__.replace(co_code=bytes([255, 255] * 40))
function()
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "end anything but its own process",
    "ends": "died|error",
}
