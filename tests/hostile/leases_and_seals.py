"""Takes a lease on a library, which holds up whoever writes it, locks a byte of it, and seals its output."""

BASE = "mlp"
APPEND = """
import fcntl
import os
import struct

print("attack begins")
fd = os.open(os.__file__, os.O_RDONLY)
whole = struct.pack("hhqqi", fcntl.F_RDLCK, 0, 0, 0, 0)
folder = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
for where, command, value in (
    (fd, 1024, fcntl.F_RDLCK), (fd, 6, whole), (fd, 37, whole), (folder, 1026, 0x80000001), (1, 1033, 15), (1, 1036, whole),
):
    try:
        fcntl.fcntl(where, command, value)
        print("attack worked")
    except OSError:
        pass
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "hold anybody else up",
    "ends": "answers",
}
