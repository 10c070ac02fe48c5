"""From stored observations to a grade: points, blocks, faults of ours, the same bytes, and no verdict on an edge."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from grader import authors, checks, judge, store
from grader.checks.base import Echo, Passed, Unobserved
from grader.intake import Submission
from grader.model import Fault, Grade, Observation, Observations, Verdict
from tests import mutation
from tests.conftest import ROOT, Exam

SCHEMA = Draft202012Validator(json.loads((ROOT / "grader" / "schema" / "grade.schema.json").read_bytes()))
EXACT = frozenset(checks.IDS) - frozenset(checks.TRAINED)
HONEST = (
    "conv_batchnorm", "half_mse_means", "l1_sum", "narrow_tanh_64", "wide_1024", "dropout_both", "gru_rows", "distributions",
)  # fmt: skip


def mutants() -> list[Path]:
    """One mutant of every check that needs no training, the first by name; deterministic."""
    first: dict[str, Path] = {}
    for path in mutation.iter_cases():
        if path.parent.name not in checks.TRAINED:
            first.setdefault(path.parent.name, path)
    return list(first.values())


def case(name: str) -> Submission:
    """``reference``, ``honest/<name>`` or ``<check>/<name>``."""
    if name == "reference":
        return authors.as_submission(name, {"submission.py": (ROOT / "reference" / "submission.py").read_bytes()})
    folder, stem = name.split("/")
    if folder == "honest":
        path = mutation.HONEST / f"{stem}.py"
        return authors.as_submission(name, mutation.load_honest(path if path.exists() else mutation.HONEST / stem))
    return authors.as_submission(name, mutation.load_case(mutation.MUTANTS / folder / f"{stem}.py"))


Graded = tuple[Submission, Observations]


@pytest.fixture(scope="session")
def seen(exam: Exam) -> Callable[[str], Graded]:
    """A case and its observations."""

    def get(name: str) -> Graded:
        submission = case(name)
        return submission, exam.observe(submission, shared=True)

    return get


def grade(graded: Graded, exam: Exam, **options: Any) -> Grade:
    return judge.grade(*graded, exam.assignment, None, {}, only=options.pop("only", EXACT), **options)


def by_id(g: Grade) -> Mapping[str, Verdict]:
    return {v.id: v for v in g.checks}


def forge(graded: Graded, changed: Mapping[str, Observation | None]) -> Graded:
    """The same submission with some observations replaced, or taken out."""
    submission, o = graded
    by = {k: v for k, v in {**o.by_probe, **changed}.items() if v is not None}
    return submission, replace(o, by_probe=by)


# --- points ------------------------------------------------------------------------------------------------


def test_the_reference_gets_every_point(seen: Callable[[str], Graded], exam: Exam) -> None:
    g = grade(seen("reference"), exam)
    assert {v.status for v in g.checks} == {"passed"} and g.score == g.max_score
    assert g.max_score == math.fsum(exam.assignment.points[i] for i in EXACT)
    assert g.convention is not None and g.convention.likelihood == "bce"
    assert g.convention.beta_c_per_beta == pytest.approx(1.0, rel=1e-4)
    assert [v.id for v in g.checks] == [i for i in checks.IDS if i in EXACT]  # in the order of the list
    assert not g.needs_person


@pytest.mark.parametrize(
    "name",
    [
        "reference",
        "loss.kl_closed_form/missing_half",
        "reparameterization.noise/no_noise",
        "interface.loads/syntax_error",
    ],
)
def test_the_score_is_the_sum_of_the_rows(seen: Callable[[str], Graded], exam: Exam, name: str) -> None:
    g = grade(seen(name), exam)
    assert g.score == pytest.approx(math.fsum(v.points for v in g.checks))
    assert g.max_score == pytest.approx(math.fsum(v.max_points for v in g.checks))
    for v in g.checks:
        assert v.points in (0.0, v.max_points)
        assert v.max_points == exam.assignment.points[v.id]
        assert v.visibility == ("hidden" if v.id in exam.assignment.hidden else "public")
        assert (v.points == v.max_points) or v.status in ("failed", "error", "timeout", "blocked")
        assert v.message and "\n" not in v.message


def test_points_of_zero_leave_a_check_unscored(seen: Callable[[str], Graded], exam: Exam) -> None:
    a = exam.assignment
    free = replace(a, points={**a.points, "loss.kl_closed_form": 0.0})
    submission, o = seen("loss.kl_closed_form/missing_half")
    g = judge.grade(submission, o, free, None, {}, only=EXACT)
    v = by_id(g)["loss.kl_closed_form"]
    assert v.status == "failed" and v.points == v.max_points == 0.0


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("loss.kl_closed_form/missing_half", "loss.kl_closed_form"),
        ("reparameterization.noise/no_noise", "reparameterization.noise"),
        ("reparameterization.formula/sigma_is_variance", "reparameterization.formula"),
        ("sampling.latent_grid/transposed", "sampling.latent_grid"),
    ],
)
def test_one_bug_costs_once(seen: Callable[[str], Graded], exam: Exam, name: str, root: str) -> None:
    """What only repeats the root's numbers is blocked by it, names it, and keeps its points."""
    g = grade(seen(name), exam)
    rows = by_id(g)
    assert rows[root].status == "failed" and rows[root].points == 0.0
    for v in g.checks:
        if v.status == "blocked":
            assert v.blocked_by is not None and rows[v.blocked_by].status in ("failed", "error", "timeout")
    failed = [v for v in g.checks if v.status == "failed"]
    assert [v.id for v in failed] == [root]
    assert g.max_score - g.score == rows[root].max_points


# --- blocks, faults, ours ------------------------------------------------------------------------------------


def test_nothing_is_judged_of_what_does_not_load(seen: Callable[[str], Graded], exam: Exam) -> None:
    g = grade(seen("interface.loads/syntax_error"), exam)
    rows = by_id(g)
    assert rows["interface.loads"].status in ("error", "failed") and rows["interface.loads"].diagnosis == "syntax_error"
    others = [v for v in g.checks if v.id != "interface.loads"]
    assert {(v.status, v.blocked_by, v.points) for v in others} == {("blocked", "interface.loads", 0.0)}
    assert g.score == 0.0 and g.convention is None


@pytest.mark.parametrize("kind", ["timeout", "memory", "crashed", "raised", "wrong_shape", "wrong_value", "harness"])
def test_every_kind_of_fault_has_its_status(seen: Callable[[str], Graded], exam: Exam, kind: Any) -> None:
    fault = Fault(kind, "what happened", "submission.py:7 in reparameterize", "got", "expected")
    graded = seen("reference")
    changed = {n: Observation(n, fault=fault) for n in graded[1].by_probe if n.startswith("noise")}
    g = grade(forge(graded, changed), exam)
    rows = by_id(g)
    status = {"timeout": "timeout", "harness": "harness_error"}.get(
        kind, "failed" if kind.startswith("wrong") else "error"
    )
    assert rows["reparameterization.noise"].status == status
    assert "what happened" in rows["reparameterization.noise"].message
    group = [v for v in g.checks if v.group == "reparameterization" and v.id != "reparameterization.forward"]
    if kind == "harness":
        assert g.needs_person and all(v.points == v.max_points for v in group if v.status == "harness_error")
    else:
        told = [v for v in group if v.status == status]
        assert [v.id for v in told] == ["reparameterization.noise"]  # one fault is one failure
        assert {v.blocked_by for v in group if v.status == "blocked"} == {"reparameterization.noise"}
    assert all(v.status == "passed" for v in g.checks if v.group == "loss")


def test_each_single_fault_is_told_once_and_never_ours(seen: Callable[[str], Graded], exam: Exam) -> None:
    """Any one probe may have no numbers: some check says so, and no check of ours falls over."""
    graded = seen("reference")
    names = sorted(n for n in graded[1].by_probe if n != "load")[::7]
    assert len(names) > 10
    for name in names:
        fault = Fault("raised", f"ValueError: {name}", "submission.py:1 in f")
        g = grade(forge(graded, {name: Observation(name, fault=fault)}), exam)
        ours = [v.id + ": " + v.message for v in g.checks if v.status == "harness_error"]
        assert not ours, (name, ours)
        told = [v for v in g.checks if v.status == "error"]
        assert len(told) <= 1, (name, [v.id for v in told])


def raising(error: Exception) -> Callable[..., Passed | None]:
    def function(**_: Any) -> Passed | None:
        raise error

    return function


def altered(monkeypatch: pytest.MonkeyPatch, check_id: str, function: Callable[..., Passed | None]) -> None:
    changed = tuple(replace(c, function=function) if c.id == check_id else c for c in checks.ALL)
    monkeypatch.setattr(checks, "ALL", changed)


def test_our_own_exception_costs_nothing_and_calls_a_person(
    seen: Callable[[str], Graded], exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered(monkeypatch, "loss.kl_closed_form", raising(ZeroDivisionError("ours\nalone")))
    g = grade(seen("reference"), exam)
    v = by_id(g)["loss.kl_closed_form"]
    assert v.status == "harness_error" and v.points == v.max_points and g.needs_person
    assert "costs you nothing" in v.message and "\n" not in v.message
    assert g.score == g.max_score
    others = [v for v in g.checks if v.id != "loss.kl_closed_form"]
    assert {v.status for v in others} <= {"passed", "harness_error"}
    SCHEMA.validate(judge.to_json(g))


def test_an_echo_is_blocked_by_what_it_repeats_only_if_that_failed(
    seen: Callable[[str], Graded], exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered(monkeypatch, "loss.gradients", raising(Echo("loss.kl_closed_form")))
    v = by_id(grade(seen("loss.kl_closed_form/missing_half"), exam))["loss.gradients"]
    assert (v.status, v.blocked_by, v.points) == ("blocked", "loss.kl_closed_form", v.max_points)
    # with a root that passed, the echo is a failure of its own
    v = by_id(grade(seen("reference"), exam))["loss.gradients"]
    assert (v.status, v.blocked_by, v.points) == ("failed", None, 0.0)


def test_blocks_are_followed_to_their_root(
    seen: Callable[[str], Graded], exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered(monkeypatch, "interpolation.path", raising(Echo("interpolation.ends")))
    chain = tuple(
        replace(c, function=raising(Echo("loss.kl_closed_form"))) if c.id == "interpolation.ends" else c
        for c in checks.ALL
    )
    monkeypatch.setattr(checks, "ALL", chain)
    rows = by_id(grade(seen("loss.kl_closed_form/missing_half"), exam))
    assert rows["interpolation.path"].blocked_by == rows["interpolation.ends"].blocked_by == "loss.kl_closed_form"


def test_echoes_in_a_circle_are_failures(
    seen: Callable[[str], Graded], exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered(monkeypatch, "interpolation.path", raising(Echo("interpolation.ends")))
    altered(monkeypatch, "interpolation.ends", raising(Echo("interpolation.path")))
    rows = by_id(grade(seen("reference"), exam))
    assert {rows["interpolation.path"].status, rows["interpolation.ends"].status} <= {"failed", "blocked"}
    assert "failed" in {rows["interpolation.path"].status, rows["interpolation.ends"].status}
    assert rows["interpolation.path"].points * rows["interpolation.ends"].points == 0


def test_an_unobserved_probe_that_was_never_asked(
    seen: Callable[[str], Graded], exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    gap = Unobserved("nothing", Fault("missing", "never asked"))
    altered(monkeypatch, "sampling.images", raising(gap))
    v = by_id(grade(seen("reference"), exam))["sampling.images"]
    assert v.status == "failed" and "never asked" in v.message


# --- the file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["reference", "loss.returns/kl_per_image", "loss.kl_closed_form/missing_half", "interface.loads/syntax_error"],
)
def test_the_file_validates_and_repeats_to_the_byte(seen: Callable[[str], Graded], exam: Exam, name: str) -> None:
    first, second = (store.json_bytes(judge.to_json(grade(seen(name), exam))) for _ in range(2))
    assert first == second
    SCHEMA.validate(json.loads(first))
    text = first.decode()
    assert "NaN" not in text and str(ROOT) not in text


def test_only_some_checks_are_judged_as_among_all(seen: Callable[[str], Graded], exam: Exam) -> None:
    graded = seen("reparameterization.formula/sigma_is_variance")
    rows = by_id(grade(graded, exam))
    for check_id in sorted(EXACT):
        (alone,) = grade(graded, exam, only=frozenset({check_id})).checks
        assert alone == rows[check_id]


def test_numbers_in_the_file_are_plain_finite_and_short() -> None:
    odd = {
        "a": np.float32(0.1),
        "b": float("nan"),
        "c": np.int64(3),
        "d": [1e300, float("inf")],
        "e": True,
        5: (1.0, None),
    }
    assert judge._plain(odd) == {"a": 0.100000001, "b": None, "c": 3, "d": [1e300, None], "e": True, "5": [1, None]}


# --- written answers ----------------------------------------------------------------------------------------


def written(text: str, exam: Exam) -> dict[str, str]:
    return {
        w.id: w.text for w in judge.written_answers(Submission("a", "", answers=text), exam.assignment) if w.answered
    }


def test_answers_are_found_by_their_headings(exam: Exam) -> None:
    text = "intro\n## Q1\none\n\n## q2: about beta\ntwo\n### sub\nmore\n## Q9\nnot asked\n##Q3\nno space\n## Q1\nagain\n## Q4\n  \n"
    got = written(text, exam)
    assert got == {"Q1": "one\n\nagain", "Q2": "two\n### sub\nmore"}
    assert written("", exam) == {}
    assert len(judge.written_answers(Submission("a", ""), exam.assignment)) == 7


def test_answers_saved_on_windows(exam: Exam) -> None:
    assert written("## Q1\r\none\r\n\r\n## Q2\r\ntwo\r\n", exam) == {"Q1": "one", "Q2": "two"}


# --- no verdict on an edge -----------------------------------------------------------------------------------

SHAKEN = ["reference", *(f"honest/{n}" for n in HONEST), *(f"{p.parent.name}/{p.stem}" for p in mutants())]


@pytest.mark.parametrize("name", SHAKEN)
def test_no_verdict_hangs_on_the_fourth_digit(name: str, exam: Exam) -> None:
    submission = case(name)
    observations = exam.observe(submission, shared=True)
    fresh = grade((submission, observations), exam)
    # what is read back from disk is judged to the same bytes as what was just observed
    stored = store.loads(store.dumps(observations))
    assert stored is not None
    assert store.json_bytes(judge.to_json(grade((submission, stored), exam))) == store.json_bytes(judge.to_json(fresh))
    want = {v.id: (v.status, v.blocked_by) for v in fresh.checks}
    for seed in (1,):
        got = {
            v.id: (v.status, v.blocked_by) for v in grade((submission, authors.shaken(observations, seed)), exam).checks
        }
        changed = {k: (want[k], got[k]) for k in want if want[k] != got[k]}
        assert not changed, changed
