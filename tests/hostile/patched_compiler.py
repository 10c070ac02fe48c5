"""Replaces compile, exec and open for whoever comes later."""

BASE = "mlp"
APPEND = """
import ast
import builtins

print("attack begins")
builtins.compile = builtins.exec = builtins.open = lambda *a, **k: None
ast.parse = lambda *a, **k: None
"""
EXPECT = {
    "contained_by": "trusted side",
    "must_not": "affect the next worker",
    "ends": "answers",
}
