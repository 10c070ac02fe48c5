"""One test item for each public check; the messages are those of ``grader check``."""

from __future__ import annotations

import pytest

from grader import assignment, checks, classroom
from grader.exports.base import explanation
from grader.model import Grade
from grader.text import printed

HIDDEN = assignment.load(classroom.reference_folder() / "assignment.toml", check_ids=checks.IDS).hidden
PUBLIC = tuple(c for c in checks.ALL if c.id not in HIDDEN)


@pytest.mark.parametrize("check", PUBLIC, ids=lambda c: c.id)
def test_check(check: checks.Check, grade: Grade) -> None:
    verdict = next(v for v in grade.checks if v.id == check.id)
    if verdict.status == "blocked":
        pytest.skip(printed(explanation(verdict)))
    if verdict.status != "passed":
        pytest.fail(printed(f"{verdict.title}\n{explanation(verdict)}"), pytrace=False)
