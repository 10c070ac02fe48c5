"""Starts ten thousand threads."""

BASE = "mlp"
APPEND = """
import _thread


def sample(model, n):
    print("attack begins")
    _thread.stack_size(65536)
    lock = _thread.allocate_lock()
    lock.acquire()
    for _ in range(10_000):
        _thread.start_new_thread(lock.acquire, ())
    print("attack worked")
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "take the machine's threads",
    "ends": "error",
}
