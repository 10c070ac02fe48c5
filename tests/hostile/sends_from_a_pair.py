"""Uses one half of a socket pair to address a socket of another process."""

BASE = "mlp"
APPEND = """
import socket

print("attack begins")
left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
left.sendto(b"hello", "\\0@datagram@")
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "talk to other processes",
    "ends": "error",
}
