"""Reads the test cases under ``tests/``: honest submissions and mutants, never importing one.

A mutant is a Python file of literals. Either it names an honest submission and what to replace in it::

    BASE = "mlp"
    PATCH = [("old text", "new text")]

or, without ``BASE``, the file is itself the submission. ``DIAGNOSIS`` is the bug's key, ``None`` where no name is
demanded, with the reason in the docstring after "No name:"; ``ALSO_DIAGNOSIS`` lists keys that are as right.
``ALSO`` lists checks that may fail besides the one whose folder the file is in.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

HONEST = Path(__file__).parent / "honest"
MUTANTS = Path(__file__).parent / "mutants"


class Case(NamedTuple):
    """One mutant: where it is, which check must fail for it, and what that check must name."""

    path: Path
    check: str
    name: str
    description: str
    base: str | None
    patch: tuple[tuple[str, str], ...]
    diagnosis: str | None
    also: tuple[str, ...]
    also_diagnosis: tuple[str, ...]
    syntax_error: bool

    @property
    def named(self) -> frozenset[str]:
        """Diagnoses of which one is asked for; empty where none is."""
        return frozenset({self.diagnosis, *self.also_diagnosis} if self.diagnosis else ())


def read_case(path: Path) -> Case:
    """The literals of one mutant; raises ``ValueError`` if they do not have the form above."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    values: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                values[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:  # code of a whole submission
                continue
    description = ast.get_docstring(tree)
    if not description or "DIAGNOSIS" not in values:
        raise ValueError(f"{path}: a mutant needs a docstring and DIAGNOSIS")
    if ("BASE" in values) != ("PATCH" in values):
        raise ValueError(f"{path}: BASE and PATCH belong together")
    return Case(
        path=path,
        check=path.parent.name,
        name=path.stem,
        description=description,
        base=values.get("BASE"),
        patch=tuple((str(old), str(new)) for old, new in values.get("PATCH", ())),
        diagnosis=values["DIAGNOSIS"],
        also=tuple(values.get("ALSO", ())),
        also_diagnosis=tuple(values.get("ALSO_DIAGNOSIS", ())),
        syntax_error=bool(values.get("SYNTAX_ERROR", False)),
    )


def load_case(path: Path) -> dict[str, bytes]:
    """The files of a mutant, by name. Each old text must occur exactly once in the base."""
    case = read_case(path)
    if case.base is None:
        return {"submission.py": path.read_bytes()}
    files = load_honest(_honest_path(case.base))
    source = files["submission.py"].decode("utf-8")
    spans = []
    for old, new in case.patch:
        if (count := source.count(old)) != 1:
            raise ValueError(f"{path}: occurs {count} times in {case.base}, not once:\n{old}")
        start = source.index(old)
        spans.append((start, start + len(old), new))
    spans.sort(reverse=True)
    for (start, _, _), (_, earlier_end, _) in pairwise(spans):
        if earlier_end > start:
            raise ValueError(f"{path}: two patches overlap")
    for start, end, new in spans:
        source = source[:start] + new + source[end:]
    return files | {"submission.py": source.encode("utf-8")}


def load_honest(path: Path) -> dict[str, bytes]:
    """The files of an honest submission, by path within its folder; a single file is ``submission.py``."""
    if path.is_file():
        return {"submission.py": path.read_bytes()}
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


def iter_cases(root: Path = MUTANTS) -> Iterator[Path]:
    """Every mutant under ``<root>/<check id>/``, in order of check and name."""
    yield from sorted(root.glob("*/*.py"))


def iter_honest(root: Path = HONEST) -> Iterator[Path]:
    """Every honest submission: single files, and folders that hold a ``submission.*``."""
    for path in sorted(root.iterdir()):
        if path.suffix == ".py" or any(path.glob("submission.*")):
            yield path


def _honest_path(name: str) -> Path:
    file = HONEST / f"{name}.py"
    return file if file.exists() else HONEST / name
