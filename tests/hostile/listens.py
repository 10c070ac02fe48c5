"""Opens a port to be called on."""

BASE = "mlp"
APPEND = """
import socket

print("attack begins")
socket.create_server(("127.0.0.1", 0))
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "reach anything over a network",
    "ends": "error",
}
