"""Runs a shell command."""

BASE = "mlp"
APPEND = """
import subprocess

print("attack begins")
print(subprocess.run("id; env; ls /", shell=True, capture_output=True).stdout)
print("attack worked")
"""
EXPECT = {
    "contained_by": "landlock or seccomp",
    "must_not": "run other programs",
    "ends": "error",
}
