"""Forks, and would go on forking."""

BASE = "mlp"
APPEND = """
import os
import time


def vae_loss(x_hat, x, mu, logvar, beta):
    print("attack begins")
    for _ in range(20):
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
    print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "run on as a process of its own",
    "ends": "error",
}
