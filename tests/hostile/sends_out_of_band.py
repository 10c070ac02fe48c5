"""Sends bytes of its answer out of band."""

BASE = "mlp"
APPEND = """
import os
import stat

CHANNELS = []
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            CHANNELS.append(fd)
    except OSError:
        pass

import socket

print("attack begins")
for fd in CHANNELS:
    channel = socket.socket(fileno=os.dup(fd))
    try:
        channel.send(b"AEG1", socket.MSG_OOB)
        print("attack worked")
    except OSError:
        pass
    channel.close()
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "use parts of the kernel that no answer needs",
    "ends": "answers",
}
