"""Sleeps a while in every call, in none for as long as a sleeper may."""

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
    "contained_by": "host",
    "must_not": "take longer than sixty times its processor time",
    "ends": "answers|timeout",
}
