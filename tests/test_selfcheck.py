"""A stratified sample of the self-check, exact probes only: bugs die where they are filed, honest work loses nothing.

The whole, with training, is ``make selfcheck``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import authors, checks
from grader.sandbox import host, policy
from tests import mutation
from tests.conftest import Exam
from tests.test_handout import ROWS
from tests.test_judge import HONEST as JUDGED
from tests.test_judge import mutants

PER_CHECK = 2
HONEST = (
    "conv_batchnorm", "half_mse_means", "l1_sum", "narrow_tanh_64", "wide_1024", "dropout_both", "gru_rows", "distributions",
    "helper_file", "notebook", "result_dataclass", "bce_mean_everything",
)  # fmt: skip


# Observed for other tests too.
SHARED = {*mutants(), *(mutation.MUTANTS / f"{r.mutant}.py" for r in ROWS)}


def sample() -> list[Path]:
    """Mutants of every check that needs no training: those that other tests observe, then the first by name."""
    by_check: dict[str, list[Path]] = {}
    for path in sorted(mutation.iter_cases(), key=lambda p: p not in SHARED):
        of_check = by_check.setdefault(path.parent.name, [])
        if path.parent.name not in checks.TRAINED and (path in SHARED or len(of_check) < PER_CHECK):
            of_check.append(path)
    return sorted(p for paths in by_check.values() for p in paths)


def outcome(
    exam: Exam,
    kind: str,
    name: str,
    files: dict[str, bytes],
    wanted: str = "",
    named: frozenset[str] = frozenset(),
    shared: bool = False,
) -> authors.Outcome:
    submission = authors.as_submission(name, files)
    seen = exam.observe(submission, shared=shared)
    grade = authors._judge(submission, seen, exam.assignment, None, {}, lambda demand: None)
    return authors._outcome(kind, name, wanted, named, grade)


@pytest.mark.parametrize("path", [pytest.param(p, id=f"{p.parent.name}/{p.stem}") for p in sample()])
def test_mutant_dies_where_it_is_filed(path: Path, exam: Exam) -> None:
    case = mutation.read_case(path)
    o = outcome(exam, "mutant", case.name, mutation.load_case(path), case.check, case.named, path in SHARED)
    assert o.good, authors._explain(o)
    assert set(o.failed) <= {case.check, *case.also}, authors._explain(o)
    assert o.rightly_named is not False, authors._explain(o)
    assert o.score < o.max_score


@pytest.mark.parametrize("name", HONEST)
def test_honest_work_loses_nothing(name: str, exam: Exam) -> None:
    o = outcome(exam, "honest", name, mutation.load_honest(mutation._honest_path(name)), shared=name in JUDGED)
    assert o.good and o.score == o.max_score, authors._explain(o)


def test_every_exact_check_is_in_the_sample() -> None:
    assert {p.parent.name for p in sample()} == set(checks.IDS) - set(checks.TRAINED)


# --- the figures that are published of it -------------------------------------------------------------------


def row(kind: str, name: str, wanted: str, failed: dict[str, str | None], named: str = "") -> authors.Outcome:
    return authors.Outcome(
        kind,
        name,
        wanted,
        tuple(failed),
        failed,
        frozenset(named.split()),
        70.0,
        80.0,
        dict.fromkeys(failed, "failed: why"),
    )


def test_the_matrix_counts_kills_alarms_and_names(exam: Exam) -> None:
    rows = [
        row("mutant", "loss.returns/a", "loss.returns", {"loss.returns": "nan_output"}, "nan_output"),
        row("mutant", "loss.returns/b", "loss.returns", {"loss.returns": None}, "nan_output"),
        row("mutant", "loss.returns/c", "loss.returns", {"loss.gradients": None}),
        row("honest", "honest/d", "", {}),
        row("honest", "honest/e", "", {"loss.returns": None}),
    ]
    assert [o.good for o in rows] == [True, True, False, True, False]
    assert [o.rightly_named for o in rows[:3]] == [True, False, None]
    text = authors.matrix(rows, exam.assignment, quick=True)
    assert "filed under: 2 of 3" in text and "lost a point: 1 of 2" in text
    assert "name is asked for: 1 of 2" in text and "any diagnosis: 1 of 2" in text
    assert "| loss.returns/c | **no** | – | loss.gradients | 70 / 80 |" in text and "exact checks only" in text
    assert "| loss.returns | 3 | 2 | – | 3 | – | – | – | – |" in text and "1 ± 0.0001: 0 of 5" in text


def test_the_matrix_counts_escapes(exam: Exam) -> None:
    attacks = [
        authors.Contained("a", "seccomp", "died", (), 0.12),
        authors.Contained("b", "wire", "answers", ("read a secret",), 1.0),
    ]
    text = authors.matrix([], exam.assignment, quick=False, attacks=attacks)
    assert "contained: 1 of 2" in text
    assert (
        "| a | yes | seccomp | died | 0.1 |" in text and "| b | **no**: read a secret | wire | answers | 1.0 |" in text
    )


@pytest.mark.skipif(not policy.LINUX, reason="isolation needs Linux")
def test_an_attack_of_the_table_is_run_and_timed() -> None:
    (row,) = authors._hostile(host.detect(), ("hostile/abort",))
    assert row.name.startswith("abort") and not row.breaches and row.seconds > 0


@pytest.mark.parametrize(
    ("misses", "n", "bound"), [(0, 59, 0.05), (0, 299, 0.01), (1, 93, 0.05), (0, 0, 1.0), (3, 3, 1.0)]
)
def test_the_upper_bound_is_that_of_the_textbook(misses: int, n: int, bound: float) -> None:
    """The rule of three: with 59 clean cases the rate is below 5 %, at 95 % confidence."""
    assert authors.upper_bound(misses, n) == pytest.approx(bound, rel=0.02)
