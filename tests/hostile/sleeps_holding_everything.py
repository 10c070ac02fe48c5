"""Takes all memory, descriptors and threads that it may have, and sleeps with them."""

BASE = "mlp"
APPEND = """
import os
import threading
import time

print("attack begins")
held, threads = [], []
try:
    while True:
        held.append(bytearray(64 << 20))
except MemoryError:
    held.pop()
try:
    while True:
        held.append(os.dup(0))
except OSError:
    pass
time.sleep(1e6)
"""
EXPECT = {
    "contained_by": "host, rlimits",
    "must_not": "hold anything longer than its patience",
    "ends": "timeout",
}
