"""Which files of the package a program reaches, told from their text: what a key of its results has to cover.

Read and not imported: reading costs milliseconds, needs no torch, and sees what an import inside a function or the
sandbox, which loads files by path, would reach later.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path


def contents(package: Path) -> tuple[str, ...]:
    """Every file of the package but what Python makes of them, relative and in order."""
    found = (p.relative_to(package) for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return tuple(sorted(p.as_posix() for p in found))


def reached(package: Path, root: str) -> tuple[str, ...]:
    """The files that running ``root`` can come to: what it imports or names, what these import or name, and so on.

    A file is named by a string that is its whole name, such as ``"worker.py"``. That takes in too much where such a
    string means something else, and never too little where paths are built from such strings.
    """
    files = contents(package)
    by_name: dict[str, set[str]] = {}
    for file in files:
        by_name.setdefault(file.rsplit("/", 1)[-1], set()).add(file)
    found: set[str] = set()
    pending = {root}
    while pending:
        here = pending.pop()
        found.add(here)
        if here.endswith(".py"):
            modules, strings = _mentioned((package / here).read_bytes(), (package.name, *here.split("/")[:-1]))
            there = {path for name in modules for path in _on_the_way(name)} & set(files)
            there |= {file for text in strings for file in by_name.get(text, ())}
            pending |= there - found
    return tuple(sorted(found))


@cache
def _mentioned(source: bytes, folder: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Modules inside the package ``folder[0]`` that a file in ``folder`` may import, and all of its strings."""
    names: set[str] = set()
    strings: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{stem}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.add(node.value)
    return frozenset(n for n in names if n.split(".")[0] == folder[0]), frozenset(strings)


def _on_the_way(name: str) -> Iterator[str]:
    """Paths of a dotted name and of the packages that it is in, whether they exist or not."""
    parts = name.split(".")[1:]
    yield "__init__.py"
    for n in range(1, len(parts) + 1):
        yield "/".join(parts[:n]) + ".py"
        yield "/".join([*parts[:n], "__init__.py"])


def digest(package: Path, root: str | None = None) -> str:
    """Digest of the files that ``root`` reaches, or of all files of the package, by their bytes."""
    h = sha256()
    for file in contents(package) if root is None else reached(package, root):
        h.update(file.encode() + b"\0" + sha256((package / file).read_bytes()).digest())
    return h.hexdigest()
