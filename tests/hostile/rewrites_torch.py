"""Opens torch's own source for writing."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
os.close(os.open(torch.__file__, os.O_WRONLY))
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "change what later submissions run on",
    "ends": "error",
}
