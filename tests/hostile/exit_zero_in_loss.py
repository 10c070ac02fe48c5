"""Leaves with exit status 0 from inside the loss."""

BASE = "mlp"
APPEND = """
import os


def vae_loss(x_hat, x, mu, logvar, beta):
    print("attack begins")
    os._exit(0)
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "count as an answer, or end the grading of others",
    "ends": "died",
}
