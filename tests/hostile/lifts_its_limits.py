"""Lifts its own limits and those of its parent."""

BASE = "mlp"
APPEND = """
import contextlib
import resource

print("attack begins")
infinite = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
for name in ("AS", "CPU", "FSIZE", "NOFILE"):
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), infinite)
        print("attack worked")
"""
EXPECT = {
    "contained_by": "seccomp or rlimits",
    "must_not": "lift its limits",
    "ends": "answers",
}
