"""Calls abort, which would leave a core dump."""

BASE = "mlp"
APPEND = """
import os


def vae_loss(x_hat, x, mu, logvar, beta):
    print("attack begins")
    os.abort()
"""
EXPECT = {
    "contained_by": "host, rlimits",
    "must_not": "leave a core dump",
    "ends": "died",
}
