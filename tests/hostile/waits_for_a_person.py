"""Asks for input on the terminal."""

BASE = "mlp"
APPEND = """
print("attack begins")
input("Password: ")
print("attack worked")
"""
EXPECT = {
    "contained_by": "zygote",
    "must_not": "hold up the grader",
    "ends": "error",
}
