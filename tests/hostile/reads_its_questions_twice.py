"""Lets a thread read the channel too, so that each of the two gets half of a question."""

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

import threading


def read():
    for fd in CHANNELS:
        while True:
            try:
                if not os.read(fd, 7):
                    return
            except OSError:
                return


print("attack begins")
threading.Thread(target=read, daemon=True).start()
"""
EXPECT = {
    "contained_by": "host, wire",
    "must_not": "be taken for a fault of the grader",
    "ends": "error|refused|timeout|died",
}
