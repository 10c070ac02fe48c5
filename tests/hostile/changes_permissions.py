"""Changes mode, owner and times of a file, none of which Landlock sees."""

BASE = "mlp"
APPEND = """
import contextlib
import os

print("attack begins")
for change in (
    lambda: os.chmod("@bait@/secret.txt", 0o777),
    lambda: os.chown("@bait@/secret.txt", os.getuid(), os.getgid()),
    lambda: os.utime("@bait@/secret.txt", (0, 0)),
    lambda: os.setxattr("@bait@/secret.txt", "user.mark", b"1"),
):
    with contextlib.suppress(OSError):
        change()
        print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp",
    "must_not": "change any file",
    "ends": "answers",
}
