"""Sleeps through most of every deadline, so that each call is just in time."""

BASE = "mlp"
APPEND = """
import time

print("attack begins")


def decode(self, z):
    time.sleep(0.8)
    return self.decoder(z).reshape(-1, 1, 28, 28)


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "observe",
    "must_not": "take longer than a submission may in all",
    "ends": "answers|timeout",
}
