"""Sends itself SIGSTOP, so that it neither runs nor ends."""

BASE = "mlp"
APPEND = """
import os
import signal


def encode(self, x):
    print("attack begins")
    os.kill(os.getpid(), signal.SIGSTOP)
    print("attack worked")


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "seccomp, host",
    "must_not": "hold up the grader",
    "ends": "error",
}
