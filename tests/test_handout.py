"""What the handout does not allow, the checks do not pass: each row of its table against a submission that does it."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from grader import authors, checks, diagnosis, judge
from tests import mutation
from tests.conftest import ROOT, Exam

EXACT = frozenset(checks.IDS) - frozenset(checks.TRAINED)
HANDOUT = (ROOT / "docs" / "assignment.md").read_text(encoding="utf-8")
STUDENTS = (ROOT / "docs" / "students.md").read_text(encoding="utf-8")


class Row(NamedTuple):
    """One row of the handout; the comment in its last cell holds a mutant that does it, and the name it is told."""

    instead_of: str
    write: str
    because: str
    check: str
    mutant: str
    key: str  # "-" where no name is told


def cells(page: str, heading: str) -> list[list[str]]:
    section = page[page.index(f"\n## {heading}\n") :].split("\n## ")[1]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[c.strip() for c in line.strip().strip("|").split("|")] for line in rows]


def rows() -> list[Row]:
    found = []
    for instead_of, write, because, last in cells(HANDOUT, "What is not allowed, and why"):
        match = re.fullmatch(r"`([\w.]+)` <!-- ([\w./]+) (\w+|-) -->", last)
        assert match, last
        found.append(Row(instead_of, write, because, *match.groups()))
    return found


ROWS = rows()


def test_the_students_page_has_the_same_rows() -> None:
    told = cells(STUDENTS, "What to write instead")
    assert told == [[r.instead_of, r.write, f"`{r.check}`"] for r in ROWS]


def test_rows_name_what_exists() -> None:
    assert len({r.mutant for r in ROWS}) == len(ROWS) >= 12
    for r in ROWS:
        assert r.check in checks.IDS and r.because
        assert (mutation.MUTANTS / f"{r.mutant}.py").exists(), r.mutant
        assert r.key == "-" or r.key in diagnosis.CATALOGUE


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.mutant)
def test_what_is_not_allowed_fails_where_the_handout_says(row: Row, exam: Exam) -> None:
    submission = authors.as_submission("handout", mutation.load_case(mutation.MUTANTS / f"{row.mutant}.py"))
    grade = judge.grade(submission, exam.observe(submission, shared=True), exam.assignment, None, {}, only=EXACT)
    verdict = next(v for v in grade.checks if v.id == row.check)
    assert verdict.status in ("failed", "error"), f"{verdict.status}: {verdict.message}"
    if row.key != "-":
        assert verdict.diagnosis == row.key


@pytest.mark.parametrize("name", ["sum_sse", "distributions", "logvar_clamped_in_encode"])
def test_what_stands_on_the_right_side_passes(name: str, exam: Exam) -> None:
    """What the handout recommends, or leaves free, as honest work does it."""
    path = mutation.HONEST / f"{name}.py"
    submission = authors.as_submission(name, mutation.load_honest(path))
    grade = judge.grade(submission, exam.observe(submission), exam.assignment, None, {}, only=EXACT)
    assert [v.id for v in grade.checks if v.status != "passed"] == []
