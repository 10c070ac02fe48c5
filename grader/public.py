"""The public checks on one submission, as students run them: exact probes, no training, no files written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader import assignment as assignments
from grader import checks, classroom, intake, judge, observe
from grader.assignment import Assignment
from grader.model import Grade, Observations, UsageError
from grader.sandbox import host


def check_submission(
    path: Path, *, assignment: Assignment | None = None, say: Callable[[str], None] = lambda probe: None
) -> Grade:
    """Judge ``path`` by the public checks. Uses the best isolation there is, and none where there is none.

    Raises ``UsageError`` where there is no such folder.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such folder")
    if assignment is None:
        file = classroom.reference_folder() / "assignment.toml"
        assignment = assignments.load(file, check_ids=checks.IDS)
    submission = intake.read(path.resolve())
    isolation = host.detect(unsafe=True)
    with host.Sandbox(isolation=isolation) as sandbox:
        environment = classroom.environment_of(sandbox)
        seen = observe.Observer(submission, assignment, None, sandbox, say).observe()
    observations = Observations(seen, "", isolation, environment, "")
    public = frozenset(checks.IDS) - assignment.hidden
    return judge.grade(submission, observations, assignment, None, {}, only=public)
