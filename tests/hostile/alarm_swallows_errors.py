"""Lets a timer and a bare except bring it back to its loop for ever."""

BASE = "mlp"
APPEND = """
import signal


def again(number, frame):
    raise TimeoutError


signal.signal(signal.SIGALRM, again)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
print("attack begins")
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "timeout",
}
