"""Opens the harness's own files by their path."""

BASE = "mlp"
APPEND = """
import os

print("attack begins")
for folder, _, files in os.walk("@harness@"):
    print(folder, files)
for name in ("model.py", "sandbox/host.py", "checks/__init__.py", "worker.py"):
    try:
        text = open(os.path.join("@harness@", name)).read()
    except OSError as error:
        print(error)
    else:
        print("attack worked", len(text))
"""
EXPECT = {
    "contained_by": "landlock",
    "must_not": "read the checks or their thresholds",
    "ends": "answers",
}
