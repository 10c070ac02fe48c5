"""docs/checks.md says no number of its own: every tolerance is read from the constant that decides."""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Iterator
from typing import Any

import pytest

from grader import checks, findings
from tests.conftest import ROOT
from tools import checks_page

SOURCE = ROOT / "tools" / "checks_page.py"
TREE = ast.parse(SOURCE.read_text(encoding="utf-8"))
TOP: dict[str, ast.expr] = {}  # module-level names of the tool -> what they are
for _node in TREE.body:
    if isinstance(_node, ast.Assign | ast.AnnAssign) and _node.value is not None:
        _target = _node.targets[0] if isinstance(_node, ast.Assign) else _node.target
        if isinstance(_target, ast.Name):
            TOP[_target.id] = _node.value


def entries() -> dict[str, tuple[ast.expr, ast.expr]]:
    """Check id -> the expressions of its oracle and of its tolerance."""
    oracles = TOP["ORACLES"]
    assert isinstance(oracles, ast.Dict)
    found = {}
    for key, value in zip(oracles.keys, oracles.values, strict=True):
        assert isinstance(key, ast.Constant) and isinstance(value, ast.Tuple)
        oracle, tolerance = (TOP[e.id] if isinstance(e, ast.Name) else e for e in value.elts)
        found[str(key.value)] = (oracle, tolerance)
    return found


ENTRIES = entries()


def typed(expression: ast.expr) -> str:
    """The text of a string that stands in the source; what is computed is a gap."""
    if isinstance(expression, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else "…" for v in expression.values)
    assert isinstance(expression, ast.Constant)
    return str(expression.value)


def constants() -> Iterator[tuple[str, str, str]]:
    """``(check, module, name)`` of every constant of the package that a row shows."""
    for check, pair in ENTRIES.items():
        for expression in pair:
            for node in ast.walk(expression):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    value = getattr(getattr(checks_page, node.value.id, None), node.attr, None)
                    if isinstance(value, int | float):
                        yield check, node.value.id, node.attr


CONSTANTS = sorted(set(constants()))


def row(page: str, check: str) -> str:
    return next(line for line in page.splitlines() if line.startswith(f"| `{check}`") and line.count("|") > 5)


def made() -> str:
    return str(runpy.run_path(str(SOURCE))["page"]())


@pytest.mark.parametrize("check", checks.IDS)
def test_no_tolerance_is_typed(check: str) -> None:
    """What stands before the reason of a tolerance holds no digit but 0 and 1: the rest comes from constants."""
    for clause in typed(ENTRIES[check][1]).split(";"):
        measure = re.sub(r"`[^`]*`|float\d+", "", clause.split(":")[0])
        numbers = re.findall(r"\d[\d.,e−-]*(?: %)?", measure)
        assert set(numbers) <= {"0", "1", "0,", "1,"}, f"typed into tools/checks_page.py: {numbers}"
        assert not re.findall(r"\b(?:half|twentieth|tenth|hundredth|thousandth)\b", measure), measure


@pytest.mark.parametrize(("check", "module", "name"), CONSTANTS)
def test_a_constant_that_changes_changes_its_row(
    check: str, module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home: Any = getattr(checks_page, module)
    before = row(made(), check)
    monkeypatch.setattr(home, name, getattr(home, name) * 3)
    assert row(made(), check) != before


@pytest.mark.parametrize(("module", "name"), sorted({c[1:] for c in CONSTANTS}))
def test_a_constant_that_is_shown_decides(module: str, name: str) -> None:
    """It is read somewhere in the package, not only defined for the page."""
    reads = 0
    for path in (ROOT / "grader").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            reads += isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            reads += isinstance(node, ast.Attribute) and node.attr == name
    assert reads, f"{module}.{name} decides nothing"


def test_the_tolerance_of_comparisons_is_the_default_of_close(monkeypatch: pytest.MonkeyPatch) -> None:
    before = made()
    assert findings.close.__kwdefaults__ is not None
    for key in findings.close.__kwdefaults__:
        changed = {**findings.close.__kwdefaults__, key: 0.125}
        monkeypatch.setattr(findings.close, "__kwdefaults__", changed)
        assert f"{key} 0.125" in row(made(), "sampling.images") != row(before, "sampling.images")
