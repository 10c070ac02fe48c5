"""The house: imports inside ``grader/`` go strictly downwards, and only a few files know torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "grader"
DESIGN = ROOT / "docs" / "design.md"

# A room is a module or a package; inside a package imports are free as long as they form no circle.
FLOORS = """\
| floor | rooms | what is there |
|---|---|---|
| 0 | `model`, `text`, `closure`, `derivatives`, `repairs`, `torchvision_compat` | the nouns; text as it is shown; which code a key covers; what autograd says beside what values do; what stands in for broken parts; one trap of an import |
| 1 | `assignment`, `console`, `data`, `intake`, `store`, `oracles`, `metrics`, `pointwise`, `sandbox` | borders and mathematics |
| 2 | `probes`, `answers`, `convention`, `late`, `worker` | what is asked and may come back, how losses are scaled, who answers |
| 3 | `losses`, `formulas` | what losses are made of, and which mistake their numbers are |
| 4 | `findings`, `diagnosis`, `control`, `calibrate` | what the numbers say |
| 5 | `behaviour`, `observe` | what trained models did; the one room where student code is called |
| 6 | `checks` | observations in, finding out |
| 7 | `judge`, `evidence`, `figures` | verdicts and points; what figures are drawn from |
| 8 | `report`, `exports` | a grade as a page, as a file |
| 9 | `marking` | the written part, marked by people |
| 10 | `classroom` | a class: all of the above, in order |
| 11 | `public`, `authors` | students' checks; calibration and self-check |
| 12 | `cli` | argv, exit statuses |
| 13 | `__main__` | `python -m grader` |
"""
KNOW_TORCH = {"worker", "derivatives", "repairs", "sandbox/zygote", "data", "torchvision_compat"}


def floors() -> dict[str, int]:
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in FLOORS.splitlines()[2:]]
    return {room.strip(" `"): int(row[0]) for row in rows for room in row[1].split(",")}


FLOOR = floors()
MODULES = sorted(p.relative_to(PACKAGE).with_suffix("").as_posix() for p in PACKAGE.rglob("*.py"))


def imported(module: str) -> Iterator[tuple[int, str]]:
    """``(line, dotted name)`` of everything that a file of the package imports, inside functions too."""
    path = PACKAGE / f"{module}.py"
    package = ["grader", *module.split("/")[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join(base + ([node.module] if node.module else []))
            yield from ((node.lineno, f"{stem}.{a.name}") for a in node.names)


def room(module: str) -> str:
    return module.split("/")[0]


def inside(module: str) -> Iterator[tuple[int, str]]:
    """``(line, room)`` of the package's own rooms that a module imports."""
    for line, name in imported(module):
        parts = name.split(".")
        if parts[0] == "grader" and len(parts) > 1 and (parts[1] in FLOOR or (PACKAGE / f"{parts[1]}.py").exists()):
            yield line, parts[1]


def test_every_room_has_a_floor_and_every_floor_its_rooms() -> None:
    assert {room(m) for m in MODULES} - {"__init__"} == set(FLOOR)


@pytest.mark.parametrize("module", [m for m in MODULES if m != "__init__"])
def test_imports_go_strictly_downwards(module: str) -> None:
    here = room(module)
    for line, there in inside(module):
        if there == here and (PACKAGE / here).is_dir():
            continue
        assert FLOOR[there] < FLOOR[here], (
            f"grader/{module}.py:{line} (floor {FLOOR[here]}) imports {there} (floor {FLOOR[there]})"
        )


@pytest.mark.parametrize("package", sorted(r for r in FLOOR if (PACKAGE / r).is_dir()))
def test_no_circle_inside_a_package(package: str) -> None:
    """``__init__`` collects the modules beside it, so a module may not need what ``__init__`` defines."""
    needs: dict[str, set[str]] = {}
    names = {m.split("/")[1] for m in MODULES if m.startswith(package + "/")}
    for name in names:
        dotted = {n for _, n in imported(f"{package}/{name}") if n.startswith(f"grader.{package}.")}
        needs[name] = {n.split(".")[2] for n in dotted} & names
    while needs:
        free = {n for n, on in needs.items() if not on & set(needs)}
        assert free, f"grader/{package}: a circle among {sorted(needs)}"
        needs = {n: on for n, on in needs.items() if n not in free}


def test_the_worker_knows_nothing_of_the_harness() -> None:
    """It is loaded by path beside ``wire``; what it may fall back on is that file and the import trap."""
    assert {there for _, there in inside("worker")} <= {"sandbox", "derivatives", "torchvision_compat"}
    wanted = {name for _, name in imported("worker") if name.startswith("grader.sandbox")}
    assert wanted <= {"grader.sandbox.wire"}


def test_the_nouns_import_the_standard_library_only() -> None:
    allowed = {"__future__", "collections", "dataclasses", "typing"}
    assert {name.split(".")[0] for _, name in imported("model")} <= allowed


@pytest.mark.parametrize("module", MODULES)
def test_only_these_files_import_torch(module: str) -> None:
    found = {name.split(".")[0] for _, name in imported(module)} & {"torch", "torchvision"}
    assert not found or module in KNOW_TORCH, f"grader/{module}.py imports {found}"


def test_no_check_sees_student_code() -> None:
    """A check is a pure function of observations: it reaches neither the sandbox nor a file."""
    forbidden = {"sandbox", "observe", "worker", "store", "intake", "classroom"}
    reached: set[str] = set()
    pending = {"checks"}
    while pending:
        here = pending.pop()
        reached.add(here)
        pending |= {there for m in MODULES if room(m) == here for _, there in inside(m)} - reached
    assert not reached & forbidden


def test_the_documentation_shows_the_same_table() -> None:
    if DESIGN.exists():
        assert FLOORS in DESIGN.read_text(encoding="utf-8"), "docs/design.md: the table of floors differs"
