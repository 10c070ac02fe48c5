"""Waits for a lock that it holds."""

BASE = "mlp"
APPEND = """
import threading


def ae_loss(x_hat, x):
    print("attack begins")
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "timeout",
}
