"""Plants a symbolic link, a hard link and a pipe for the grader to open."""

BASE = "mlp"
APPEND = """
import contextlib
import os

print("attack begins")
for plant in (
    lambda: os.symlink("/etc/passwd", "@bait@/answers.md"),
    lambda: os.link("@bait@/secret.txt", "@bait@/linked"),
    lambda: os.mkfifo("@bait@/pipe"),
):
    with contextlib.suppress(OSError):
        plant()
        print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "change any file",
    "ends": "answers",
}
