"""Changes the priority and the processor of other processes."""

BASE = "mlp"
APPEND = """
import contextlib
import os

print("attack begins")
for change in (
    lambda: os.setpriority(os.PRIO_PROCESS, @victim@, 19),
    lambda: os.sched_setaffinity(@victim@, {0}),
):
    with contextlib.suppress(OSError):
        change()
        print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "touch other processes",
    "ends": "answers",
}
