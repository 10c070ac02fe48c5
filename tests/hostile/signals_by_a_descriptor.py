"""Has the kernel send another process a signal when its own socket is ready."""

BASE = "mlp"
APPEND = """
import fcntl
import socket

print("attack begins")
one, other = socket.socketpair()
for command, value in ((fcntl.F_SETOWN, @victim@), (15, b"\\0\\0\\0\\0\\1\\0\\0\\0"), (fcntl.F_SETSIG, 9)):
    try:
        fcntl.fcntl(one, command, value)
        print("attack worked")
    except OSError:
        pass
fcntl.fcntl(one, fcntl.F_SETFL, fcntl.fcntl(one, fcntl.F_GETFL) | 0x2000)
other.send(b"x")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "end or stop another process",
    "ends": "answers",
}
