"""What a slip costs is the course's decision: echoes, caps, and what every page and file says about them."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from grader import authors, checks, judge
from grader.assignment import Assignment
from grader.exports import FORMATS, export, grade_from_json
from grader.exports.base import totals
from grader.intake import Submission
from grader.model import Evidence, Grade, Observations, Verdict
from grader.report import ClassRow, render_class_page, render_report
from tests import mutation
from tests.conftest import ROOT, Exam

SCHEMA = Draft202012Validator(json.loads((ROOT / "grader" / "schema" / "grade.schema.json").read_bytes()))
EXACT = frozenset(checks.IDS) - frozenset(checks.TRAINED)
ROOT_CHECK = "loss.kl_closed_form"


@pytest.fixture(scope="module")
def missing_half(exam: Exam) -> tuple[Submission, Observations]:
    path = mutation.MUTANTS / ROOT_CHECK / "missing_half.py"
    submission = authors.as_submission("missing_half", mutation.load_case(path))
    return submission, exam.observe(submission, shared=True)


def judged(seen: tuple[Submission, Observations], assignment: Assignment) -> Grade:
    return judge.grade(*seen, assignment, None, {}, only=EXACT)


def with_caps(exam: Exam, **caps: float) -> Assignment:
    return replace(exam.assignment, caps={k.replace("__", "."): v for k, v in caps.items()})


# --- the rule ------------------------------------------------------------------------------------------------


def row(check: str, status: str, points: float) -> Verdict:
    return Verdict(check, "loss", "", "public", status, points, 4.0, "")  # type: ignore[arg-type]


STATUSES = ("passed", "failed", "error", "timeout", "blocked", "harness_error")


@given(st.lists(st.tuples(st.sampled_from(STATUSES), st.integers(0, 16), st.none() | st.integers(0, 100)), max_size=6))
def test_the_score_is_the_lowest_of_the_sum_and_the_caps_that_apply(rows: list[tuple[str, int, int | None]]) -> None:
    verdicts = [row(f"loss.c{i}", status, points / 4) for i, (status, points, _) in enumerate(rows)]
    caps = {f"loss.c{i}": cap / 4 for i, (_, _, cap) in enumerate(rows) if cap is not None}
    earned = math.fsum(v.points for v in verdicts)
    least = min([earned, *(c / 4 for s, _, c in rows if c is not None and s in ("failed", "error", "timeout"))])
    cap = judge.lowest_cap(verdicts, caps, earned)
    assert (earned - cap.taken if cap else earned) == pytest.approx(least)
    assert (cap is None) == (least == earned)
    if cap is not None:
        assert cap.most == least == caps[cap.check]


def test_echoes_keep_or_lose_their_points(missing_half: tuple[Submission, Observations], exam: Exam) -> None:
    keep = judged(missing_half, exam.assignment)
    lose = judged(missing_half, replace(exam.assignment, echoes="lose"))
    echoes = {v.id for v in keep.checks if v.status == "blocked"}
    assert echoes, "a KL without its half has something that repeats it"
    for a, b in zip(keep.checks, lose.checks, strict=True):
        assert replace(a, points=b.points) == b  # nothing else changes
        assert b.points == (0.0 if a.id in echoes else a.points)
    assert keep.score - lose.score == math.fsum(v.max_points for v in keep.checks if v.id in echoes) > 0


def test_a_cap_applies_where_its_check_fails_and_says_what_it_takes(
    missing_half: tuple[Submission, Observations], exam: Exam
) -> None:
    plain = judged(missing_half, exam.assignment)
    assert plain.cap is None
    g = judged(missing_half, with_caps(exam, loss__kl_closed_form=30, loss__returns=10, interface__loads=0))
    assert g.cap is not None and (g.cap.check, g.cap.most) == (ROOT_CHECK, 30.0)
    assert g.score == 30.0 == plain.score - g.cap.taken
    assert g.checks == plain.checks and g.max_score == plain.max_score


def test_a_cap_on_what_is_blocked_does_not_apply(missing_half: tuple[Submission, Observations], exam: Exam) -> None:
    plain = judged(missing_half, exam.assignment)
    blocked = next(v.id for v in plain.checks if v.status == "blocked")
    assert judged(missing_half, replace(exam.assignment, caps={blocked: 0.0})) == plain


def test_a_cap_above_the_points_takes_nothing(missing_half: tuple[Submission, Observations], exam: Exam) -> None:
    plain = judged(missing_half, exam.assignment)
    assert judged(missing_half, with_caps(exam, loss__kl_closed_form=plain.score)) == plain


# --- what is told --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def capped(missing_half: tuple[Submission, Observations], exam: Exam) -> Grade:
    return judged(missing_half, with_caps(exam, loss__kl_closed_form=30.5))


def test_grade_json_holds_the_cap_and_comes_back(capped: Grade, exam: Exam) -> None:
    text = judge.to_json(capped)
    SCHEMA.validate(text)
    assert text["cap"] == {"check": ROOT_CHECK, "most": 30.5, "taken": capped.cap.taken}  # type: ignore[union-attr]
    assert text["score"] + text["cap"]["taken"] == sum(v["points"] for v in text["checks"])
    again = grade_from_json(text)
    assert (again.cap, again.score) == (capped.cap, capped.score)
    before = {k: v for k, v in text.items() if k != "cap"}  # written before there were caps
    SCHEMA.validate(before)
    assert grade_from_json(before).cap is None


def test_the_report_says_which_cap_near_the_score(capped: Grade) -> None:
    page = render_report(capped, Evidence())
    head = page[: page.index('class="meters"')]
    assert "30.5" in head and ROOT_CHECK in head and f"{capped.cap.taken:g}" in head  # type: ignore[union-attr]
    assert "Capped" not in render_report(replace(capped, cap=None), Evidence())


def test_the_class_page_has_a_column_only_where_there_is_a_cap(capped: Grade) -> None:
    whole = replace(capped, cap=None, submission_id="zoe")
    head = '<th scope="col" class="n">cap</th>'
    page = render_class_page([ClassRow(capped, "a"), ClassRow(whole, "b")], title="t")
    assert head in page and f">−{capped.cap.taken:g}</td>" in page  # type: ignore[union-attr]
    assert head not in render_class_page([ClassRow(whole, "b")], title="t")


def written(format: str, out: Path, g: Grade, **options: Any) -> str:
    paths = export(format, [(g, "ada")], out, **options)
    return "\n".join(p.read_text(encoding="utf-8") for p in paths)


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"canvas", "annotations"}))  # which list no points
def test_what_lists_points_says_what_the_cap_took(format: str, tmp_path: Path, capped: Grade) -> None:
    assert capped.cap is not None
    text = written(format, tmp_path / "capped", capped).replace("&#46;", ".").replace("&#95;", "_")
    taken = f"{capped.cap.taken:g}"
    assert taken in text and taken not in written(format, tmp_path / "plain", uncapped(capped))


def uncapped(g: Grade) -> Grade:
    assert g.cap is not None
    return replace(g, cap=None, score=g.score + g.cap.taken)


def test_totals_are_the_capped_ones_everywhere(tmp_path: Path, capped: Grade) -> None:
    score, most = totals(capped)
    assert score == 30.5
    read = lambda f: json.loads(written(f, tmp_path / f, capped))  # noqa: E731
    assert read("gradescope")["score"] == score
    assert read("prairielearn")["score"] == pytest.approx(score / most)
    assert read("ctrf")["results"]["summary"]["extra"]["score"] == score
    result = read("classroom50")
    assert result["score"] * most == pytest.approx(result["max-score"] * score)
    rows = list(csv.DictReader(io.StringIO(written("csv", tmp_path, capped))))
    assert float(rows[0]["score"]) == score and rows[0]["cap_check"] == ROOT_CHECK
    groups = math.fsum(float(rows[0][g]) for g in ("interface", "loss", "reparameterization", "sampling", "betas"))
    groups += float(rows[0]["interpolation"])
    assert groups - float(rows[0]["cap_points"]) == score
    assert written("canvas", tmp_path, capped).splitlines()[2].endswith(",30.5")
    assert ",30.5," in written("moodle", tmp_path, capped)


@pytest.mark.parametrize("format", ["classroom50", "prairielearn", "summary", "gradescope"])
def test_a_hidden_check_is_not_named_where_hidden_ones_are_not_shown(
    format: str, tmp_path: Path, capped: Grade
) -> None:
    checks = tuple(replace(v, visibility="hidden") if v.id == ROOT_CHECK else v for v in capped.checks)
    text = written(format, tmp_path, replace(capped, checks=checks))
    plain = text.replace("&#95;", "_").replace("&#46;", ".")
    assert "where a hidden check fails" in plain and f"where {ROOT_CHECK} fails" not in plain


def test_a_report_does_not_say_that_a_lost_echo_keeps_its_points(
    missing_half: tuple[Submission, Observations], exam: Exam
) -> None:
    keep = render_report(judged(missing_half, exam.assignment), Evidence())
    lose = render_report(judged(missing_half, replace(exam.assignment, echoes="lose")), Evidence())
    assert "it keeps its points" in keep and "no points here either" not in keep
    assert "keeps its points" not in lose and "no points here either" in lose
    assert "would only repeat it and get no points" in lose and "could not run because of it" not in lose
