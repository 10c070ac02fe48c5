"""Keeps a thread with the images running after encode has returned, which patches the decoder later."""

BASE = "mlp"
APPEND = """
import threading
import time

print("attack begins")
honest = Autoencoder.encode
mailbox = []


def courier():
    while True:
        if mailbox:
            Autoencoder.decode = lambda self, z: mailbox[-1][: len(z)].clone()
        time.sleep(0.001)


threading.Thread(target=courier, daemon=True).start()


def encode(self, x):
    mailbox.append(x.clone())
    time.sleep(0.005)
    return honest(self, x)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "processes",
    "must_not": "carry an image round the bottleneck",
    "ends": "answers|error",
}
