"""Sends sockets full of data along a socket and closes them, so that they hold memory and no descriptor."""

BASE = "mlp"
APPEND = """
import array
import socket

print("attack begins")
ways = [socket.socketpair() for _ in range(2)]
for n in range(300):
    pair = socket.socketpair()
    for end in pair:
        end.setblocking(False)
        try:
            while True:
                end.send(bytes(65536))
        except BlockingIOError:
            pass
    fds = array.array("i", [end.fileno() for end in pair])
    try:
        ways[n % 2][0].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
        print("attack worked")
    except OSError:
        break
    for end in pair:
        end.close()
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "hold memory outside its limits",
    "ends": "answers",
}
