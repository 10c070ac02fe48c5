"""Writes itself a grade."""

BASE = "mlp"
APPEND = """
print("attack begins")
with open("@bait@/reports/ada/grade.json", "w") as f:
    f.write('{"score": 100}')
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "change any file",
    "ends": "error",
}
