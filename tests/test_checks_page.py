"""docs/checks.md says no number of its own: every tolerance is read from the constant that decides."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from grader import calibrate, checks, findings
from grader.assignment import load
from grader.checks import base
from tests.conftest import ROOT
from tools import checks_page

DECORATORS: dict[str, tuple[ModuleType, ast.Call]] = {}  # by check: where it stands, and its decorator as it is written
for _module in {c.function.__module__: sys.modules[c.function.__module__] for c in checks.ALL}.values():
    for _node in ast.walk(ast.parse(inspect.getsource(_module))):
        for _call in getattr(_node, "decorator_list", ()):
            if isinstance(_call, ast.Call) and getattr(_call.func, "id", "") == "check":
                DECORATORS[ast.literal_eval(_call.args[0])] = _module, _call


def written(check: str, field: str) -> ast.expr:
    """The expression of the oracle or the tolerance; of a shared one, that of its definition."""
    found = next(k.value for k in DECORATORS[check][1].keywords if k.arg == field)
    if isinstance(found, ast.Name):
        tree = ast.parse(inspect.getsource(base))
        assigned = [n for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
        return next(n.value for n in assigned if getattr(n.targets[0], "id", "") == found.id)
    return found


def evaluated(check: str, field: str) -> str:
    """The text that the decorator would have with the constants as they are now."""
    module, call = DECORATORS[check]
    expression = ast.Expression(next(k.value for k in call.keywords if k.arg == field))
    return str(eval(compile(expression, "", "eval"), vars(module)))


def typed(expression: ast.expr) -> str:
    """The text of a string that stands in the source; what is computed is a gap."""
    if isinstance(expression, ast.JoinedStr):
        return "".join(v.value if isinstance(v, ast.Constant) else "…" for v in expression.values)
    if isinstance(expression, ast.Call):  # rounding(), whose numbers are looked at below
        return "…"
    assert isinstance(expression, ast.Constant)
    return str(expression.value)


def constants() -> Iterator[tuple[str, str, str, str]]:
    """``(check, field, module, name)`` of every constant of the package that a decorator's sentences show."""
    for check, (module, call) in DECORATORS.items():
        for keyword in call.keywords:
            if keyword.arg not in ("oracle", "tolerance"):
                continue
            for node in ast.walk(keyword.value):
                home, name = module, getattr(node, "id", "")
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    home, name = getattr(module, node.value.id), node.attr
                if name and isinstance(home, ModuleType) and isinstance(getattr(home, name, None), int | float):
                    yield check, keyword.arg, home.__name__, name


CONSTANTS = sorted(set(constants()))


def row(page: str, check: str) -> str:
    return next(line for line in page.splitlines() if line.startswith(f"| `{check}`") and line.count("|") > 5)


def test_constants_are_found() -> None:
    assert len(CONSTANTS) > 30 and {c[0] for c in CONSTANTS} < set(checks.IDS) == set(DECORATORS)


@pytest.mark.parametrize("check", checks.ALL, ids=lambda c: c.id)
def test_a_row_holds_what_the_decorator_says(check: base.Check) -> None:
    shown = row(checks_page.page(), check.id)
    for field in ("oracle", "tolerance"):
        said = getattr(check, field)
        assert said and said == evaluated(check.id, field) and f"| {said} |" in shown


@pytest.mark.parametrize("check", checks.IDS)
def test_no_tolerance_is_typed(check: str) -> None:
    """What stands before the reason of a tolerance holds no digit but 0 and 1: the rest comes from constants."""
    for clause in typed(written(check, "tolerance")).split(";"):
        measure = re.sub(r"`[^`]*`|float\d+", "", clause.split(":")[0])
        numbers = re.findall(r"\d[\d.,e−-]*(?: %)?", measure)
        assert set(numbers) <= {"0", "1", "0,", "1,"}, f"typed into the decorator of {check}: {numbers}"
        assert not re.findall(r"\b(?:half|twentieth|tenth|hundredth|thousandth)\b", measure), measure


@pytest.mark.parametrize(("check", "field", "module", "name"), CONSTANTS)
def test_a_constant_that_changes_changes_its_row(
    check: str, field: str, module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home: Any = sys.modules[module]
    before = evaluated(check, field)
    monkeypatch.setattr(home, name, getattr(home, name) * 3)
    assert evaluated(check, field) != before


@pytest.mark.parametrize(("module", "name"), sorted({c[2:] for c in CONSTANTS}))
def test_a_constant_that_is_shown_decides(module: str, name: str) -> None:
    """It is read somewhere in the package, not only defined for the sentences of decorators."""
    reads = 0
    for path in (ROOT / "grader").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        decorators = [d for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) for d in n.decorator_list]
        told = {id(n) for d in decorators for n in ast.walk(d)}
        for node in (n for n in ast.walk(tree) if id(n) not in told):
            reads += isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            reads += isinstance(node, ast.Attribute) and node.attr == name
    assert reads, f"{module}.{name} decides nothing"


def test_the_tolerance_of_comparisons_is_the_default_of_close(monkeypatch: pytest.MonkeyPatch) -> None:
    assert base.rounding() == base.ROUNDING and base.ROUNDING in row(checks_page.page(), "sampling.images")
    assert findings.close.__kwdefaults__ is not None
    for key in findings.close.__kwdefaults__:
        changed = {**findings.close.__kwdefaults__, key: 0.125}
        monkeypatch.setattr(findings.close, "__kwdefaults__", changed)
        assert f"{key} 0.125" in base.rounding() != base.ROUNDING


@pytest.mark.parametrize("check", checks.ALL, ids=lambda c: c.id)
def test_a_check_reads_the_bands_that_it_names(check: base.Check) -> None:
    """Only those reach it, so one that it does not name would be missing; each exists, and only trained models have some."""
    assert set(check.bands) <= set(calibrate.RULES)
    assert ("bands" in check.reads) == bool(check.bands) and (check.trained or not check.bands)
    assert ("shown" in check.reads) == check.trained == (check.id in checks.TRAINED)


def test_the_courses_points_are_those_of_the_decorators() -> None:
    assert load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS).points == checks.POINTS
