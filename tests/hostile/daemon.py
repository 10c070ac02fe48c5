"""Forks twice and leaves its session, to outlive its parent."""

BASE = "mlp"
APPEND = """
import os
import time

print("attack begins")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(5)
    os._exit(0)
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "run on as a process of its own",
    "ends": "error",
}
