"""Lets queues of events watch each other, in circles and in deep trees."""

BASE = "mlp"
APPEND = """
import os
import select

print("attack begins")
queues = [select.epoll() for _ in range(20)]
for one in queues:
    for other in queues:
        try:
            one.register(other.fileno(), select.EPOLLIN)
        except OSError:
            pass
reading, writing = os.pipe()
for queue in queues:
    try:
        queue.register(reading, select.EPOLLIN | select.EPOLLET)
    except OSError:
        pass
for _ in range(2000):
    os.write(writing, b"x")
    queues[0].poll(0)
"""
EXPECT = {
    "contained_by": "kernel",
    "must_not": "hang or take the kernel's memory",
    "ends": "answers",
}
