"""Kills the process that forked it."""

BASE = "mlp"
APPEND = """
import os
import signal


def vae_loss(x_hat, x, mu, logvar, beta):
    print("attack begins")
    os.kill(os.getppid(), signal.SIGKILL)
    print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "touch other processes",
    "ends": "error",
}
