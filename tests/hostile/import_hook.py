"""Installs an import hook that would rewrite the worker's modules."""

BASE = "mlp"
APPEND = """
import importlib.abc
import sys

print("attack begins")


class Hook(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        print("asked for", name)
        return None


sys.meta_path.insert(0, Hook())
for name in ("wire", "worker", "policy"):
    module = sys.modules.get(name)
    if module is not None:
        module.send = lambda *a, **k: None
"""
EXPECT = {
    "contained_by": "host, wire",
    "must_not": "change a figure that the grader computes",
    "ends": "timeout",
}
