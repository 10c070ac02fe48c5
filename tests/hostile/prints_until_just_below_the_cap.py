"""Prints right up to the limit in half characters, then half a control sequence, then through the descriptor."""

BASE = "mlp"
APPEND = """
import os
import sys

print("attack begins")
sys.stdout.write("\\u20ac" * 21_000)
sys.stdout.flush()
os.write(1, b"\\xe2\\x82\\x1b[" * 1000)
os.lseek(1, 0, 0)
os.write(1, b"attack begins\\n[output cut here]\\n</pre>")
try:
    os.ftruncate(1, 1 << 40)
    os.lseek(1, 1 << 40, 0)
    os.write(1, b"far away")
except OSError:
    pass
"""
EXPECT = {
    "contained_by": "limits, host",
    "must_not": "fill the memory of the grader",
    "ends": "answers|error",
}
