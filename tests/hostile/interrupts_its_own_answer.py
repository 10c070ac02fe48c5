"""Lets a timer raise in the middle of a frame, so that the next one begins inside it."""

BASE = "mlp"
APPEND = """
import signal

print("attack begins")


class Interrupted(BaseException):
    pass


def again(number, frame):
    if frame.f_code.co_name in ("send", "_buffers", "_set_timeout"):
        raise Interrupted


signal.signal(signal.SIGALRM, again)
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
"""
EXPECT = {
    "contained_by": "host, wire",
    "must_not": "be taken for an answer",
    "ends": "answers|error|died|refused",
}
