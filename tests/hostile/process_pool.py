"""Starts a pool of worker processes."""

BASE = "mlp"
APPEND = """
import multiprocessing

print("attack begins")
with multiprocessing.get_context("fork").Pool(2) as pool:
    pool.map(abs, range(4))
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "run on as a process of its own",
    "ends": "error",
}
