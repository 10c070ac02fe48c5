"""What a judgement demands besides the standard observations: each observed by itself, whatever was there before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader import assignment as assignments
from grader import calibrate, checks, classroom, judge, store
from grader.checks.base import Check, Context, Failed, Passed
from grader.model import Band, Demand, Grade, Observation
from grader.sandbox import host
from tests.conftest import ROOT

SMALL = ("steps = 300", "steps = 50")
OPEN = (-1e9, 1e9)


# --- the judge alone ----------------------------------------------------------------------------------------


def trained_check(find: Callable[[int], Passed | Failed]) -> Check:
    """A check of the run "ae" that finds what ``find`` says of the number of steps that it had."""

    def function(seen: Mapping[str, Observation]) -> Passed:
        found = find(int(seen["train:ae"].info["steps"]))
        if isinstance(found, Failed):
            raise found
        return found

    return Check("betas.learns", function, "t", ("seen",))


def observed(steps: int, seed: int = 0) -> dict[str, Observation]:
    return {"train:ae": Observation("train:ae", {}, {"steps": steps + seed})}


def judged(monkeypatch: pytest.MonkeyPatch, find: Callable[[int], Passed | Failed]) -> tuple[bool, bool, list[Demand]]:
    """Whether the judge ends with a pass, whether it asked other seeds, and all that it demanded on the way."""
    assignment = assignments.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
    check = trained_check(find)
    context = Context(observed(assignment.steps), assignment, None, {})
    answers: dict[Demand, Mapping[str, Observation]] = {}
    asked: list[Demand] = []
    for _ in range(10):
        j = judge.Judge(context, answers)
        try:
            found, near = j._look_again(check, context, find(assignment.steps))
            return isinstance(found, Passed), near, asked
        except judge._Demanded as demanded:
            for d in demanded.demands:
                assert d not in answers, "asked for what it has"
                asked.append(d)
                answers[d] = observed(d.steps, d.seed)
    raise AssertionError("it never ends")


def failing(settled: bool = False, near: bool = False) -> Failed:
    return Failed("no", runs=("ae",), settled=settled, near=near)


def test_more_steps_are_bought_until_the_check_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    passed, near, asked = judged(monkeypatch, lambda steps: Passed("yes") if steps >= 600 else failing())
    assert passed and not near and asked == [Demand("ae", 0, 600)]


def test_no_more_than_five_times_the_budget_is_bought(monkeypatch: pytest.MonkeyPatch) -> None:
    passed, near, asked = judged(monkeypatch, lambda steps: failing())
    assert not passed and not near
    assert asked == [Demand("ae", 0, 600), Demand("ae", 0, 1500)]


def test_what_has_settled_buys_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    passed, _, asked = judged(monkeypatch, lambda steps: failing(settled=True))
    assert not passed and asked == []


def test_it_stops_where_a_longer_run_has_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, asked = judged(monkeypatch, lambda steps: failing(settled=steps >= 600))
    assert asked == [Demand("ae", 0, 600)]


@pytest.mark.parametrize(("good", "passes"), [((), False), ((1,), False), ((1, 2), True)])
def test_near_the_end_of_a_band_most_seeds_decide(
    good: tuple[int, ...], passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(steps: int) -> Passed | Failed:
        return Passed("yes") if steps % 300 in good else failing(settled=True, near=True)

    passed, near, asked = judged(monkeypatch, find)
    assert passed is passes and near
    assert asked == [Demand("ae", 1, 300), Demand("ae", 2, 300)]


# --- a class ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Mapping[str, tuple[float, float]]], Path]]:
    """A reference folder of an assignment with few steps, its bands at will; the class is one honest submission."""
    folder = tmp_path_factory.mktemp("small")
    reference = folder / "reference"
    (reference / "calibration").mkdir(parents=True)
    text = (ROOT / "reference" / "assignment.toml").read_text(encoding="utf-8")
    assert text.count(SMALL[0]) == 1
    (reference / "assignment.toml").write_text(text.replace(*SMALL), encoding="utf-8")
    (folder / "class" / "ada").mkdir(parents=True)
    shutil.copy(ROOT / "reference" / "submission.py", folder / "class" / "ada")
    assignment = assignments.load(reference / "assignment.toml", check_ids=checks.IDS)

    def write(ends: Mapping[str, tuple[float, float]]) -> Path:
        bands = {}
        for name in calibrate.RULES:
            low, high = ends.get(name, OPEN)
            band = Band(name, low, high, 0, 0.9, "by hand", {"0.5": 1.0})
            bands[name] = {k: getattr(band, k) for k in ("low", "high", "runs", "coverage", "method", "quantiles")}
        document = {
            "format": calibrate.FORMAT, "dataset": "digits", "assignment": calibrate.assignment_digest(assignment),
            "bands": bands, "runs": [],
        }  # fmt: skip
        (reference / "calibration" / "digits.json").write_bytes(store.json_bytes(document))
        return folder

    yield write


class Grading:
    """Gradings of the small class, each with its own bands."""

    def __init__(self, write: Callable[[Mapping[str, tuple[float, float]]], Path], monkeypatch: pytest.MonkeyPatch):
        self._write = write
        self.folder = write({})
        monkeypatch.setattr(classroom, "reference_folder", lambda: self.folder / "reference")
        self.isolation = host.detect(unsafe=True)

    def _course(self, out: Path, ends: Mapping[str, tuple[float, float]]) -> classroom.Course:
        self._write(ends)
        file = self.folder / "reference" / "assignment.toml"
        return classroom.Course(assignments.load(file, check_ids=checks.IDS), out, Path(".data"))

    def grade(self, out: Path, ends: Mapping[str, tuple[float, float]], fresh: bool = False) -> Grade:
        rows = classroom.grade_class(
            self._course(out, ends), [self.folder / "class" / "ada"], jobs=1, isolation=self.isolation, fresh=fresh,
            progress=classroom.Progress(),
        )  # fmt: skip
        return rows[0].grade

    def report(self, out: Path, ends: Mapping[str, tuple[float, float]]) -> Grade:
        return classroom.rejudge(self._course(out, ends), None)[0].grade


def files(out: Path) -> dict[str, bytes]:
    names = ("grade.json", "report.html")
    return {n: (out / "ada" / n).read_bytes() for n in names} | {"index.html": (out / "index.html").read_bytes()}


def observations(out: Path) -> set[str]:
    return {p.name for p in (out / ".observations").glob("*/*.obs")}


# fifty steps do not get there, so that more are wanted
STRICT = {"explained_ae": (0.95, 1e9)}
LENIENT: Mapping[str, tuple[float, float]] = {}


@pytest.mark.slow
def test_a_grade_does_not_depend_on_what_was_graded_before(
    small: Callable[[Mapping[str, tuple[float, float]]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    g = Grading(small, monkeypatch)
    lenient, strict = tmp_path / "lenient", tmp_path / "strict"
    g.grade(lenient, LENIENT)
    g.grade(strict, STRICT)
    wanted = {"lenient": files(lenient), "strict": files(strict)}
    assert wanted["lenient"]["grade.json"] != wanted["strict"]["grade.json"]
    assert len(observations(strict)) > len(observations(lenient)), "nothing was demanded"

    g.grade(lenient, STRICT)  # the base is there, what the judge demands is not
    assert files(lenient) == wanted["strict"] and observations(lenient) == observations(strict)
    g.grade(lenient, LENIENT)
    assert files(lenient) == wanted["lenient"]
    g.report(lenient, STRICT)
    assert files(lenient) == wanted["strict"]
    g.grade(strict, STRICT, fresh=True)
    assert files(strict) == wanted["strict"]


@pytest.mark.slow
def test_a_report_without_what_it_demands_says_so_and_guesses_nothing(
    small: Callable[[Mapping[str, tuple[float, float]]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    g, out = Grading(small, monkeypatch), tmp_path / "out"
    g.grade(out, LENIENT)
    grade = g.report(out, STRICT)
    learns = next(v for v in grade.checks if v.id == "betas.learns")
    assert grade.needs_person and learns.status == "harness_error" and learns.points == learns.max_points
    assert learns.needs == ("ae with 100 steps",) and "grader grade" in learns.message
    kept = json.loads((out / "ada" / "grade.json").read_bytes())
    assert next(v for v in kept["checks"] if v["id"] == "betas.learns")["needs"] == ["ae with 100 steps"]
    assert not g.grade(out, STRICT).needs_person, "the same command completes it"


def test_points_hang_on_no_message(exam, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """Every message, hint and title is written anew: each verdict keeps its status, its points and its root."""
    from tests import test_judge

    names = ("loss.kl_closed_form/missing_half", "interface.range/sigmoid_missing", "loss.returns/kl_vector")
    graded = []
    for name in names:
        path = ROOT / "tests" / "mutants" / f"{name}.py"
        submission = test_judge.case(name if path.exists() else "loss.decomposition/beta_ignored")
        graded.append((submission, exam.observe(submission, shared=True)))
    only = test_judge.EXACT
    before = [judge.grade(s, o, exam.assignment, None, {}, only=only) for s, o in graded]

    def muted(check: Check) -> Check:
        def function(**reads: object) -> Passed:
            try:
                found = check.function(**reads)
            except Failed as failed:
                failed.sentence, failed.hint = "…", ""
                raise
            return replace(found or Passed(check.passed), sentence="…")

        return replace(check, function=function, title="…")

    monkeypatch.setattr(checks, "ALL", tuple(muted(c) for c in checks.ALL))
    monkeypatch.setattr(judge.Judge, "_row", _wordless(judge.Judge._row))
    after = [judge.grade(s, o, exam.assignment, None, {}, only=only) for s, o in graded]
    for a, b in zip(before, after, strict=True):
        assert [(v.id, v.status, v.points, v.blocked_by) for v in a.checks] == [
            (v.id, v.status, v.points, v.blocked_by) for v in b.checks
        ]
        assert a.score == b.score < a.max_score


def _wordless(row: Callable[..., object]) -> Callable[..., object]:
    def wrapped(self: judge.Judge, check: Check, status: str, message: str, *args: object, **kwargs: object) -> object:
        return row(self, check, status, "…", *args, **kwargs)

    return wrapped


@pytest.mark.parametrize("settles", [0, 600, 1500, 10**9])
def test_what_may_be_demanded_of_a_run_is_bounded(settles: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two longer runs, and two other seeds at each of three lengths: 23 times the assignment's steps at most."""
    allowed = {Demand("ae", 0, 600), Demand("ae", 0, 1500)}
    allowed |= {Demand("ae", seed, steps) for seed in (1, 2) for steps in (300, 600, 1500)}
    _, _, asked = judged(monkeypatch, lambda steps: failing(settled=steps >= settles, near=True))
    assert asked and set(asked) <= allowed and sum(d.steps for d in allowed) == 23 * 300
