"""Searches for grades from the root of the file system."""

BASE = "mlp"
APPEND = """
import glob

print("attack begins")
for path in glob.glob("/*/*/*/grade.json") + glob.glob("@bait@/**/grade.json", recursive=True):
    print(open(path).read())
    print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read grades",
    "ends": "answers",
}
