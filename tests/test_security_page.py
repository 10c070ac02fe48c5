"""``docs/security.md``: every promise names tests that fail if it is broken, and they exist and are run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader import public
from grader.sandbox import host
from tests.conftest import ROOT
from tests.hostile_cases import HOSTILE

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = ROOT / "tests"
FUNCTIONS = {
    name: path
    for path in sorted(TESTS.glob("test_*.py"))
    for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.M)
}
NAMED = re.findall(r"`((?:tests/)?(?:test_|hostile/)[^`\s]*)`", PAGE)


def rows(heading: str) -> list[list[str]]:
    """Cells of the table below ``heading``, without its head."""
    section = PAGE[PAGE.index(f"\n{heading}\n") :]
    found = re.search(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", section, re.M)
    assert found is not None, heading
    return [[c.strip() for c in line.strip("|").split("|")] for line in found[1].splitlines()]


def known(name: str) -> bool:
    name = name.removeprefix("tests/")
    if name.startswith("hostile/"):
        return (HOSTILE / f"{name.removeprefix('hostile/').removesuffix('.py')}.py").is_file()
    if name.endswith(".py"):
        return (TESTS / name).is_file()
    return name.partition("[")[0] in FUNCTIONS


@pytest.mark.parametrize("name", sorted(set(NAMED) - {"tests/hostile/"}))
def test_what_the_page_names_is_there(name: str) -> None:
    assert known(name), f"docs/security.md names {name}"


@pytest.mark.parametrize("row", rows("## What is promised"), ids=lambda row: row[0][:50])
def test_every_promise_names_a_test(row: list[str]) -> None:
    """A test of its own, by its whole name: a file of tests says nothing of which of them would fail."""
    assert len(row) == 5, row
    named = [n for n in re.findall(r"`([^`]+)`", row[-1]) if not n.startswith("GRADER_")]
    assert named, row[0]
    for name in named:
        assert re.fullmatch(r"test_\w+(\[\w+\])?|hostile/\w+", name) and known(name), f"{row[0]}: {name}"


@pytest.mark.parametrize("row", rows("### Attacks written after the work was finished"), ids=lambda row: row[0])
def test_every_attack_that_is_listed_is_there(row: list[str]) -> None:
    name = row[0]
    assert "`" in name or not re.fullmatch(r"\w+", name)
    for attack in re.findall(r"`(\w+)`", name):
        assert known(f"hostile/{attack}"), attack


@pytest.mark.slow
def test_what_the_page_names_is_run() -> None:
    """By the names under which pytest itself collects them, parameters included."""
    names = [n for n in {n.removeprefix("tests/") for n in NAMED} if n.startswith("test_") and not n.endswith(".py")]
    files = sorted({str(FUNCTIONS[n.partition("[")[0]]) for n in names} | {str(TESTS / "test_hostile.py")})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", *files],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    collected = re.findall(r"^\S+::(test_\w+)(?:\[(.*)\])?$", done.stdout, re.M)
    have = {name for name, _ in collected} | {f"{name}[{last}]" for name, last in collected}
    assert sorted(n for n in names if n not in have) == [], done.stdout[-2000:] + done.stderr[-2000:]
    ran = {last for name, last in collected if name == "test_contained"}
    attacks = {n.removeprefix("hostile/").removesuffix(".py") for n in NAMED if n.startswith("hostile/")}
    skipped = [a for a in attacks if not any(a in last.split("-") for last in ran)]
    assert not ran or skipped == [], "a machine without isolation runs none of them"


def test_check_runs_in_the_best_isolation_that_there_is() -> None:
    folder: Path = ROOT / "docs" / "starter"
    assert public.check_submission(folder).isolation == host.detect(unsafe=True)
