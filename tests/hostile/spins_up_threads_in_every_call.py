"""Leaves a few threads behind in every call, below the limit, all of them busy."""

BASE = "mlp"
APPEND = """
import threading

print("attack begins")


def spin():
    while True:
        pass


def decode(self, z):
    for _ in range(4):
        threading.Thread(target=spin, daemon=True).start()
    return self.decoder(z).reshape(-1, 1, 28, 28)


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "limits, host",
    "must_not": "live on after its process",
    "ends": "answers|error|timeout|died",
}
