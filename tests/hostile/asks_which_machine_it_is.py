"""Reads what names the machine and its start: two rooms could tell by it that they are on one."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
for path in (
    "/proc/sys/kernel/random/boot_id", "/etc/machine-id", "/proc/stat", "/proc/uptime", "/proc/loadavg", "/proc/net/unix",
    "/proc/thread-self/stat", "/proc/self/mountinfo", "/proc/self/environ", "/sys/class/dmi/id/product_uuid",
    "/proc/pressure/cpu", "/proc/interrupts", "/proc/vmstat", "/sys/kernel/notes",
):
    try:
        with open(path, "rb") as file:
            file.read(1)
        print("attack worked")
    except OSError:
        pass
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read what the kernel tells of the machine",
    "ends": "answers",
}
