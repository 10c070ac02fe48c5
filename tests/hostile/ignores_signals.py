"""Ignores every signal that can be ignored and loops."""

BASE = "mlp"
APPEND = """
import signal


def sample(model, n):
    print("attack begins")
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "timeout",
}
