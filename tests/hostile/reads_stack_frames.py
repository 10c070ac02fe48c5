"""Reads the locals of every frame above it, for expected values."""

BASE = "mlp"
APPEND = """
import sys


def encode(self, x):
    print("attack begins")
    frame = sys._getframe()
    while frame is not None:
        print(frame.f_code.co_name, sorted(frame.f_locals))
        for name in ("tolerance", "band", "threshold", "answer_key", "verdict", "max_points"):
            if name in frame.f_locals:
                print("attack worked")
        frame = frame.f_back
    return self.encoder(x)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "trusted side",
    "must_not": "hold expected values",
    "ends": "answers",
}
