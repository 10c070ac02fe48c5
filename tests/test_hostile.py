"""Every attack in ``tests/hostile/`` is contained under every isolation that this machine gives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_cases import (
    HONEST,
    PATIENT_SECONDS,
    Bait,
    adopted_orphans,
    iter_attacks,
    load_attack,
    read_attack,
    run_attack,
)

from grader import checks, intake, judge, store
from grader.sandbox import host, policy
from grader.sandbox.host import Sandbox, SandboxUnavailable
from tests.conftest import Exam

pytestmark = pytest.mark.slow
ATTACKS = list(iter_attacks())


def isolations() -> list[str]:
    """The isolations that hold here, the strongest first."""
    found = []
    for isolation in ("bwrap+landlock+seccomp", "landlock+seccomp"):
        try:
            found.append(host._drill(isolation)) if policy.LINUX else None  # type: ignore[arg-type]
        except SandboxUnavailable:
            continue
    return found


@pytest.fixture(scope="module", params=isolations())
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    os.environ["GRADER_BAIT_AT_START"] = "CANARY-environment"
    with adopted_orphans(), Sandbox(isolation=request.param) as box:
        yield box
    del os.environ["GRADER_BAIT_AT_START"]


@pytest.fixture
def bait() -> Iterator[Bait]:
    laid = Bait()
    yield laid
    laid.close()


def test_there_are_attacks_of_every_kind() -> None:
    attacks = [read_attack(path) for path in ATTACKS]
    assert len(attacks) >= 70
    for attack in attacks:
        assert attack.description and attack.must_not and attack.contained_by, attack.name
        load_attack(attack.path)


def test_an_honest_submission_goes_through_the_same_session(sandbox: Sandbox, bait: Bait) -> None:
    outcome = run_attack(sandbox, HONEST / "mlp.py", bait, PATIENT_SECONDS)
    assert outcome.ends == "answers", outcome
    assert not outcome.began and not outcome.breaches, outcome


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_contained(sandbox: Sandbox, bait: Bait, path: Path) -> None:
    attack = read_attack(path)
    outcome = run_attack(sandbox, path, bait)
    assert outcome.began, f"{attack.name} did not run: {outcome.detail}"
    assert outcome.breaches == [], f"{attack.name} must not {attack.must_not}: {outcome}"
    assert outcome.ends in attack.ends.split("|"), outcome


@pytest.mark.parametrize("path", [p for p in ATTACKS if read_attack(p).earns is not None], ids=lambda path: path.stem)
def test_earns_no_more_than_it_does(exam: Exam, path: Path) -> None:
    files = load_attack(path)
    submission = intake.Submission(path.stem, "0" * 64, "submission.py", files)
    observed = exam.observe(submission)
    assert len(store.dumps(observed)) <= store.MAX_BYTES
    grade = judge.grade(
        submission, observed, exam.assignment, None, {}, only=frozenset(checks.IDS) - frozenset(checks.TRAINED)
    )
    ours = [f"{v.id}: {v.message}" for v in grade.checks if v.status == "harness_error"]
    assert ours == [], "a fault of the grader costs nothing, so nobody may be able to bring it about"
    lost = [f"{v.id} {v.status} {v.points:g}: {v.message[:100]}" for v in grade.checks if v.status != "passed"]
    assert grade.score <= read_attack(path).earns, lost
